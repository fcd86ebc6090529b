"""What became of every swap, attach and detach that was asked for, down to the receipt.

    SWAP_REQUESTED -> MEDIATOR_INSTALLED -> FORWARD -> BLOCK -> TRANSFER -> SWAP_COMPLETED -> old instance freed
                                              ^          |  time is up
                                              +- retry --+--------------> SWAP_ABANDONED

What is counted: all calls of the object that the swap touched, each once in each fate whatever its retries. *Untracked*
calls were in flight when the mediator was installed, *tracked* ones were forwarded by it, *recursive* ones were let
through in BLOCK because their thread was inside already, *blocked* ones were held at its door (paper §4.3.2). Times
are summed over tries, also for one call: `longest_blocked_ns` belongs to the call that was held longest in all.

Limits: the last ENDED_KEPT ended requests are kept, of older ones only their number; the last FATES_REMEMBERED of them
with their calls one by one, at most FATES_KEPT a swap and then those that are over go first. Calls that were released
are not followed further.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from model.projections.copied import Copied
from model.projections.picking import Texts, kind_table
from model.projections.receipt import Fate, FateSort, Receipt, Swap
from model.projections.topology import STRUCTURE, Topology, TopologyDraft, protocol_name
from model.projections.world import Implementation, TransitionSort
from model.trace.events import Kind, Phase
from model.trace.trace import Event, Rows

__all__ = ["Fate", "FateSort", "Receipt", "Swap", "Swaps", "SwapsFold"]

ENDED_KEPT: Final = 1_000
FATES_REMEMBERED: Final = 32
FATES_KEPT: Final = 4_096


@dataclass(frozen=True, slots=True)
class Swaps:
    """All requests that are kept, by number, and how many there were."""

    by_request: dict[int, Swap] = field(default_factory=dict)
    completed: int = 0
    abandoned: int = 0
    refused: int = 0
    world: Topology = field(default_factory=Topology)
    """What is there, without figures: whom a request is about."""

    def of_object(self, object_id: int) -> tuple[Swap, ...]:
        """The object's requests, oldest first."""
        return tuple(swap for swap in self.by_request.values() if swap.object == object_id)

    def under_way(self, object_id: int) -> Swap | None:
        """The request that holds the object now; queued ones are not meant."""
        node = self.world.objects.get(object_id)
        return self.by_request.get(node.transition.request) if node and node.transition else None


class SwapsFold:
    """How rows become Swaps."""

    def __init__(self, texts: Texts) -> None:
        """Reads names and reasons from `texts`, which is the trace."""
        self._texts = texts

    def initial(self) -> Swaps:
        """Nothing was asked for."""
        return Swaps()

    def apply(self, state: Swaps, first_position: int, rows: Rows) -> Swaps:
        """The state after `rows`; the same object when nothing changed."""
        wanted = _WANTED[rows["kind"]]
        indices = np.flatnonzero(wanted | _returns_of_met_calls(state, rows))
        if not len(indices):
            return state
        draft = _Draft(state, self._texts)
        for index, row in zip(indices.tolist(), rows[indices].tolist(), strict=True):
            draft.take(Event(first_position + index, *row))
        return draft.frozen()


def _returns_of_met_calls(state: Swaps, rows: Rows) -> Rows:
    """The mask of the rows that end a call which a swap under way has met, or meets in these rows."""
    kinds = rows["kind"]
    fated = _FATED[kinds]
    met = [
        fate.call
        for node in state.world.objects.values()
        if node.transition and (swap := state.by_request.get(node.transition.request))
        for fate in swap.fates.values()
        if fate.ended_ns is None
    ]
    if not met and not fated.any():
        return np.zeros(len(rows), dtype=np.bool_)
    met += rows["call"][fated].tolist()
    mask: Rows = _RETURNS[kinds] & np.isin(rows["call"], met)
    return mask


class _Draft:
    """Swaps in the making; a swap is thawed when its first event comes and frozen once, with the batch."""

    def __init__(self, before: Swaps, texts: Texts) -> None:
        self._texts = texts
        self._world = TopologyDraft(before.world, texts)
        self._swaps = Copied(before.by_request)
        self._thawed: dict[int, _SwapDraft] = {}
        self._completed, self._abandoned, self._refused = before.completed, before.abandoned, before.refused

    def frozen(self) -> Swaps:
        for request, thawed in self._thawed.items():
            self._swaps.put(request, thawed.frozen())
        return Swaps(self._swaps.now, self._completed, self._abandoned, self._refused, self._world.frozen())

    def take(self, event: Event) -> None:
        # First ours: a request is about the world as it was before the row.
        if event.kind in _BY_REQUEST:
            if swap := self._thaw(event.a):
                _BY_REQUEST[event.kind](self, swap, event)
        elif event.kind in _BY_OBJECT:
            _BY_OBJECT[event.kind](self, event)
        self._world.take(event)

    def _thaw(self, request: int) -> _SwapDraft | None:
        if request not in self._thawed:
            known = self._swaps.now.get(request)
            if known is None:
                return None
            self._thawed[request] = _SwapDraft(known)
        return self._thawed[request]

    def _holding(self, object_id: int) -> _SwapDraft | None:
        """The request that holds the object."""
        node = self._world.objects.now.get(object_id)
        return self._thaw(node.transition.request) if node and node.transition else None

    # --- what is asked for -------------------------------------------------------------------------------------------

    def _ask(self, event: Event) -> None:
        if event.a in self._swaps.now or event.a in self._thawed:
            return
        node = self._world.objects.now.get(event.subject)
        swap = Swap(
            event.a, _SORTS[event.kind], event.subject, node.name if node else "", event.at_ns,
            entries_total=self._world.entries_of(event.subject),
        )  # fmt: skip
        if event.kind == Kind.SWAP_REQUESTED:
            swap = self._with_sides(replace(swap, to_implementation=event.b))
        else:
            interposer = self._world.interposers.now.get(event.b) if event.kind == Kind.DETACH_REQUESTED else None
            number = interposer.wrapper if interposer else event.b if event.kind == Kind.ATTACH_REQUESTED else 0
            wrapper = self._world.wrappers.now.get(number)
            swap = replace(
                swap, wrapper=number, wrapper_title=wrapper.title if wrapper else "",
                interposer=event.b if event.kind == Kind.DETACH_REQUESTED else 0,
            )  # fmt: skip
        self._thawed[event.a] = _SwapDraft(swap)

    def _with_sides(self, swap: Swap) -> Swap:
        """The swap with what it goes from and to as things stand: one that was queued may find another component."""
        node = self._world.objects.now.get(swap.object)
        instance = self._world.instances.now.get(node.instance) if node else None
        old = self._world.implementations.now.get(instance.implementation) if instance else None
        new = self._world.implementations.now.get(swap.to_implementation)
        nobody = Implementation(0, "", "", 0)
        old, new = old or nobody, new or nobody
        return replace(
            swap, from_implementation=old.identity, from_name=old.name, from_title=old.title, old_vector=old.vector,
            to_name=new.name, to_title=new.title, new_vector=new.vector,
            old_instance=instance.identity if instance else 0,
        )  # fmt: skip

    def _refuse(self, swap: _SwapDraft, event: Event) -> None:
        # A cancel that comes too late is refused too; the swap that it meant goes on.
        if swap.now.over or swap.now.mediator:
            return
        self._refused += 1
        swap.now = replace(swap.now, refused=True, reason=self._texts.text(event.b), ended_ns=event.at_ns)
        self._forget()

    def _queue(self, swap: _SwapDraft, event: Event) -> None:
        swap.now = replace(swap.now, waits_for=event.b)

    def _request_cancel(self, swap: _SwapDraft, _event: Event) -> None:
        swap.now = replace(swap.now, cancel_requested=True)

    # --- the way of a swap -------------------------------------------------------------------------------------------

    def _negotiate(self, swap: _SwapDraft, event: Event) -> None:
        node = self._world.objects.now.get(event.subject)
        name = protocol_name(self._world.interfaces.now, node.interface if node else 0, event.b)
        swap.now = replace(self._with_sides(swap.now), protocol_bit=event.b, protocol_name=name, waits_for=0)

    def _create_instance(self, event: Event) -> None:
        swap = self._holding(event.b)
        if swap and swap.now.sort == "swap" and event.subject != swap.now.old_instance:
            swap.now = replace(swap.now, new_instance=event.subject)

    def _create_mediator(self, swap: _SwapDraft, event: Event) -> None:
        swap.now = replace(self._with_sides(swap.now), mediator=event.subject, waits_for=0)

    def _install(self, swap: _SwapDraft, event: Event) -> None:
        swap.now = replace(swap.now, installed_ns=event.at_ns)

    def _enter_phase(self, swap: _SwapDraft, event: Event) -> None:
        swap.enter(Phase(event.b), event.at_ns)

    def _time_out(self, swap: _SwapDraft, _event: Event) -> None:
        swap.now = replace(swap.now, timeouts=swap.now.timeouts + 1)

    def _retry(self, swap: _SwapDraft, event: Event) -> None:
        # The delay before the next try belongs to FORWARD: calls pass and are tracked.
        swap.enter(Phase.FORWARD, event.at_ns)
        swap.now = replace(swap.now, retries=event.b, retry_until_ns=event.until_ns)

    def _package(self, swap: _SwapDraft, event: Event) -> None:
        swap.now = replace(
            swap.now, bytes=swap.now.bytes + event.b, package_from_ns=event.at_ns, package_until_ns=event.until_ns
        )

    def _unpackage(self, swap: _SwapDraft, event: Event) -> None:
        swap.now = replace(swap.now, unpackage_from_ns=event.at_ns, unpackage_until_ns=event.until_ns)

    def _complete(self, swap: _SwapDraft, event: Event) -> None:
        self._completed += 1
        swap.end(Phase.COMPLETED, event.at_ns)
        if event.kind == Kind.SWAP_COMPLETED:
            swap.now = replace(swap.now, new_instance=event.b)
        else:
            swap.now = replace(swap.now, installed_ns=event.at_ns, interposer=event.b)
        self._forget()

    def _abandon(self, swap: _SwapDraft, event: Event) -> None:
        self._abandoned += 1
        swap.end(Phase.ABANDONED, event.at_ns)
        swap.now = replace(swap.now, reason=self._texts.text(event.b))
        self._forget()

    # --- tables, interposers, what is freed --------------------------------------------------------------------------

    def _make_entry(self, event: Event) -> None:
        if swap := self._holding(event.subject):
            swap.now = replace(swap.now, entries_total=swap.now.entries_total + 1)

    def _write_entry(self, event: Event) -> None:
        if mediator := self._world.mediators.now.get(event.b):
            swap = self._thaw(mediator.request)
        else:
            swap = self._holding(event.subject)
            if swap and swap.now.interposer not in {event.a, event.b}:
                return
        if swap and (mediator or swap.now.sort != "swap"):
            swap.now = replace(swap.now, entries_written=swap.now.entries_written + 1)

    def _create_interposer(self, event: Event) -> None:
        swap = self._holding(event.b)
        if swap and swap.now.sort == "attach":
            swap.now = replace(swap.now, interposer=event.subject, waits_for=0)

    def _free(self, event: Event) -> None:
        instance = event.kind == Kind.INSTANCE_DESTROYED
        for request in [*self._thawed, *reversed(self._swaps.now)]:
            known = self._thawed[request].now if request in self._thawed else self._swaps.now[request]
            freed = known.old_instance if instance else known.interposer if known.sort == "detach" else 0
            if freed == event.subject and known.outcome is Phase.COMPLETED:
                if (swap := self._thaw(request)) is not None:
                    swap.now = replace(swap.now, freed_ns=event.at_ns)
                return

    # --- calls -------------------------------------------------------------------------------------------------------

    def _fate(self, swap: _SwapDraft, event: Event) -> None:
        swap.meet(event, FateSort(event.kind - _BEFORE_FATES))

    def _leave(self, swap: _SwapDraft, event: Event) -> None:
        swap.leave(event.call, event.at_ns)

    def _return(self, event: Event) -> None:
        if swap := self._holding(event.subject):
            swap.leave(event.call, event.at_ns)

    # --- bounds ------------------------------------------------------------------------------------------------------

    def _forget(self) -> None:
        """Lets go of what is too old, each time that a request ends."""
        requests = dict.fromkeys([*self._swaps.now, *self._thawed])
        over = [request for request in requests if self._known(request).over]
        for request in over[:-FATES_REMEMBERED]:
            # A swap that is thawed may have met calls which its frozen self does not show.
            if (request in self._thawed or self._known(request).fates) and (swap := self._thaw(request)):
                swap.drop_fates()
        for request in over[:-ENDED_KEPT]:
            self._thawed.pop(request, None)
            self._swaps.drop(request)

    def _known(self, request: int) -> Swap:
        return self._thawed[request].now if request in self._thawed else self._swaps.now[request]


class _SwapDraft:
    """One swap in the making: `now` is replaced by rare events, the counts of calls change in place."""

    def __init__(self, before: Swap) -> None:
        self.now = before
        self._fates = Copied(before.fates)
        self._untracked, self._untracked_left = before.untracked, before.untracked_left
        self._tracked, self._left, self._recursive = before.tracked, before.left, before.recursive
        self._blocked, self._waiting_now = before.blocked, before.waiting_now
        self._longest_ns, self._total_ns = before.longest_blocked_ns, before.total_blocked_ns

    def frozen(self) -> Swap:
        return replace(
            self.now, fates=self._fates.now, untracked=self._untracked, untracked_left=self._untracked_left,
            tracked=self._tracked, left=self._left, recursive=self._recursive, blocked=self._blocked,
            waiting_now=self._waiting_now, longest_blocked_ns=self._longest_ns, total_blocked_ns=self._total_ns,
        )  # fmt: skip

    def drop_fates(self) -> None:
        self._fates = Copied[int, Fate]({})
        self.now = replace(self.now, fates={})

    def enter(self, phase: Phase, at_ns: int) -> None:
        """The swap stands in `phase`; entering the one where it stands changes nothing."""
        if phase is not self.now.phase:
            self._close_span(at_ns)
            self.now = replace(self.now, phase=phase, phase_since_ns=at_ns)

    def end(self, outcome: Phase, at_ns: int) -> None:
        self._close_span(at_ns)
        self.now = replace(self.now, outcome=outcome, ended_ns=at_ns, phase=None, phase_since_ns=None)

    def _close_span(self, at_ns: int) -> None:
        if self.now.phase is not None and self.now.phase_since_ns is not None:
            span = (self.now.phase, self.now.phase_since_ns, at_ns)
            self.now = replace(self.now, spans=(*self.now.spans, span))

    def meet(self, event: Event, sort: FateSort) -> None:
        """A call gets a fate; it counts when the call has it for the first time."""
        fate = self._fates.now.get(event.call)
        if fate is None:
            self._make_room()
            fate = Fate(
                event.call, event.thread, event.client, event.processor, event.cause, sort, 0, event.at_ns, event.at_ns
            )
        if not fate.was(sort):
            self._count(sort)
        if sort is FateSort.BLOCKED and fate.blocked_since_ns is None:
            self._waiting_now += 1
            fate = fate._replace(blocked_since_ns=event.at_ns)
        elif sort is not FateSort.BLOCKED and fate.blocked_since_ns is not None:
            fate = self._released(fate, event.at_ns)
        ended_ns = event.at_ns if sort is FateSort.RELEASED and event.b else fate.ended_ns
        since_ns = fate.since_ns if fate.sort is sort else event.at_ns
        fate = fate._replace(sort=sort, sorts=fate.sorts | 1 << sort, since_ns=since_ns, ended_ns=ended_ns)
        self._fates.put(event.call, fate)

    def leave(self, call: int, at_ns: int) -> None:
        """A call is out of the component; what comes twice, as CALL_LEFT and CALL_RETURNED, counts once."""
        fate = self._fates.now.get(call)
        if fate is None or fate.ended_ns is not None:
            return
        if fate.blocked_since_ns is not None:
            fate = self._released(fate, at_ns)
        self._left += fate.was(FateSort.TRACKED)
        self._untracked_left += fate.was(FateSort.UNTRACKED)
        self._fates.put(call, fate._replace(ended_ns=at_ns))

    def _released(self, fate: Fate, at_ns: int) -> Fate:
        assert fate.blocked_since_ns is not None, "only what was held is released"
        held_ns = at_ns - fate.blocked_since_ns
        self._waiting_now -= 1
        self._total_ns += held_ns
        self._longest_ns = max(self._longest_ns, fate.blocked_ns + held_ns)
        return fate._replace(blocked_since_ns=None, blocked_ns=fate.blocked_ns + held_ns)

    def _count(self, sort: FateSort) -> None:
        self._untracked += sort is FateSort.UNTRACKED
        self._tracked += sort is FateSort.TRACKED
        self._recursive += sort is FateSort.RECURSIVE
        self._blocked += sort is FateSort.BLOCKED

    def _make_room(self) -> None:
        """Lets the oldest call go that is over and so cannot come again; more stay only while more are in flight."""
        if len(self._fates.now) >= FATES_KEPT:
            over = next((call for call, fate in self._fates.now.items() if fate.ended_ns is not None), None)
            if over is not None:
                self._fates.drop(over)


_BEFORE_FATES: Final = Kind.CALL_UNTRACKED - FateSort.UNTRACKED
_SORTS: Final[dict[int, TransitionSort]] = {
    Kind.SWAP_REQUESTED: "swap", Kind.ATTACH_REQUESTED: "attach", Kind.DETACH_REQUESTED: "detach",
}  # fmt: skip
_FATES: Final = (
    Kind.CALL_UNTRACKED, Kind.CALL_TRACKED, Kind.CALL_RECURSIVE, Kind.CALL_BLOCKED, Kind.CALL_RELEASED,
)  # fmt: skip
_BY_REQUEST: Final[dict[int, Callable[[_Draft, _SwapDraft, Event], None]]] = {
    Kind.REQUEST_REFUSED: _Draft._refuse,
    Kind.REQUEST_QUEUED: _Draft._queue,
    Kind.CANCEL_REQUESTED: _Draft._request_cancel,
    Kind.PROTOCOL_NEGOTIATED: _Draft._negotiate,
    Kind.MEDIATOR_CREATED: _Draft._create_mediator,
    Kind.MEDIATOR_INSTALLED: _Draft._install,
    Kind.PHASE_ENTERED: _Draft._enter_phase,
    Kind.PHASE_TIMED_OUT: _Draft._time_out,
    Kind.SWAP_RETRIED: _Draft._retry,
    Kind.STATE_PACKAGED: _Draft._package,
    Kind.STATE_UNPACKAGED: _Draft._unpackage,
    Kind.SWAP_COMPLETED: _Draft._complete,
    Kind.INTERPOSER_ATTACHED: _Draft._complete,
    Kind.INTERPOSER_DETACHED: _Draft._complete,
    Kind.SWAP_ABANDONED: _Draft._abandon,
    **dict.fromkeys(_FATES, _Draft._fate),
    Kind.CALL_LEFT: _Draft._leave,
}
"""The kinds whose `a` is the request."""
_BY_OBJECT: Final[dict[int, Callable[[_Draft, Event], None]]] = {
    **dict.fromkeys(_SORTS, _Draft._ask),
    Kind.INSTANCE_CREATED: _Draft._create_instance,
    Kind.ENTRY_MADE: _Draft._make_entry,
    Kind.ENTRY_WRITTEN: _Draft._write_entry,
    Kind.INTERPOSER_CREATED: _Draft._create_interposer,
    Kind.INSTANCE_DESTROYED: _Draft._free,
    Kind.INTERPOSER_DESTROYED: _Draft._free,
    Kind.CALL_RETURNED: _Draft._return,
    Kind.CALL_RAISED: _Draft._return,
}
_FATED: Final = kind_table(*_FATES)
_RETURNS: Final = kind_table(Kind.CALL_RETURNED, Kind.CALL_RAISED)
_WANTED: Final = kind_table(*map(Kind, _BY_REQUEST), Kind.ENTRY_WRITTEN) | STRUCTURE
"""Without the ends of calls, of which only those of calls that a swap met are wanted."""
