"""The lines of "waiting for": what holds a swap up, in words, one line a thread or lock.

    [head]    Swap 1 of relay A             BLOCK: 4 threads inside must leave, 254 µs left
    [thread]  thread 847                    relay A.ask waits for a reply, cpu 2
    [thread]  thread 851                    relay B.ask waits for a reply, cpu 1
    [thread]  thread 861                    at the door of relay A, cpu 0
    [foot]    a cycle: only the time limit ends it, in 254 µs

Each line knows what choosing it selects. Where there is little room a line says less: `words` go from long to short.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal

from model.projections.hold_ups import Chain, HoldUp, HoldUps, LockStep, Step, ThreadStep
from model.projections.receipt import FateSort
from model.trace.events import Phase, Wait
from views.kit.describing import counted, object_name
from views.kit.format import format_clock, format_duration
from views.kit.swap_words import title_of
from views.kit.theme import MEANINGS, Theme, meaning_of

if TYPE_CHECKING:
    from PySide6.QtGui import QColor

    from model.projections.receipt import Swap
    from views.kit.session_link import SessionLink

LineSort = Literal["head", "step", "foot", "more"]

CHAINS_SHOWN: Final = 50
_FATES: Final = {
    FateSort.UNTRACKED: "untracked", FateSort.TRACKED: "tracked", FateSort.RECURSIVE: "recursive",
    FateSort.BLOCKED: "blocked", FateSort.RELEASED: "released",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what it says, how it is marked, and what choosing it selects."""

    sort: LineSort
    title: str
    words: tuple[str, ...] = ()
    """What it says beside the title, from the longest to the shortest."""
    aside: str = ""
    """How long already."""
    picked: tuple[str, int] | None = None
    mark: str = ""
    """A meaning ("fate.tracked", "phase.block"), "generation 1", or the name of an icon."""
    first: bool = True
    last: bool = True
    """Whether it begins and ends the card of its chain."""
    joined: bool = False
    """Whether a wire leads on to the next line."""
    arrow: Literal["", "head", "middle", "tail"] = ""
    """The part of the arrow of a cycle that runs beside it."""

    @property
    def key(self) -> tuple[Any, ...]:
        """Which line it is, whatever it says."""
        return self.sort, self.title, self.picked, self.first, self.last, self.arrow

    @property
    def spoken(self) -> str:
        """The whole line, for those who cannot see it."""
        return ", ".join(part for part in (self.title, self.words[0] if self.words else "", self.aside) if part)


def lines_of(link: SessionLink, hold_ups: HoldUps, shown: tuple[HoldUp, ...]) -> tuple[Line, ...]:
    """Everything that the view says about these."""
    teller = _Teller(link, hold_ups)
    return tuple(line for each in shown for line in teller.lines(each))


class _Teller:
    """Puts hold-ups into words at the clock of a link."""

    def __init__(self, link: SessionLink, hold_ups: HoldUps) -> None:
        self._link = link
        self._hold_ups = hold_ups
        self._clock_ns = link.clock_ns

    def lines(self, hold_up: HoldUp) -> Iterator[Line]:
        yield self._head(hold_up)
        for chain in hold_up.chains[:CHAINS_SHOWN]:
            yield from self._chain(chain, hold_up)
        more = hold_up.more + max(0, len(hold_up.chains) - CHAINS_SHOWN)
        if more:
            yield Line("more", f"and {counted(more, 'more thread')}")

    # --- heads -------------------------------------------------------------------------------------------------------

    def _head(self, hold_up: HoldUp) -> Line:
        match hold_up.sort:
            case "swap":
                return self._swap_head(self._link.swaps.by_request[hold_up.identity], hold_up)
            case "quiescence":
                return self._quiescence_head(hold_up)
            case "lock":
                wanted = len(self._link.waits.waiting_for_lock(hold_up.identity))
                name = self._lock_name(hold_up.identity)
                words = f"{counted(wanted, 'thread waits', 'threads wait')} for it"
                owner = self._owner(hold_up.identity)
                return Line("head", _capital(name), (words,), mark="lock", picked=owner)
        return Line("head", f"Thread {hold_up.identity}", ("what it waits for",), mark="eye",
                    picked=("thread", hold_up.identity))  # fmt: skip

    def _swap_head(self, swap: Swap, hold_up: HoldUp) -> Line:
        left_ns = hold_up.until_ns - self._clock_ns
        limit = f", {format_duration(left_ns)} left" if left_ns > 0 and swap.phase is not None else ""
        must = self._must_happen(swap, len(hold_up.chains) + hold_up.more)
        phase = swap.phase.name if swap.phase else "asked for"
        mark = f"phase.{swap.phase.name.lower()}" if swap.phase else "phase.forward"
        since_ns = swap.phase_since_ns if swap.phase_since_ns is not None else swap.requested_ns
        return Line(
            "head", f"{title_of(swap)} of {swap.component}", (f"{phase}: {must}{limit}", f"{must}{limit}", must),
            format_duration(self._clock_ns - since_ns), ("swap", swap.request), mark,
        )  # fmt: skip

    def _must_happen(self, swap: Swap, threads: int) -> str:
        if swap.waits_for:
            return f"queued behind request {swap.waits_for}"
        if swap.phase is Phase.FORWARD:
            if swap.retry_until_ns is not None and swap.retry_until_ns > self._clock_ns:
                return f"try {swap.retries + 1} comes after a pause"
            return f"{counted(threads, 'older thread')} must end" if threads else "older threads have ended"
        if swap.phase is Phase.BLOCK:
            return f"{counted(threads, 'thread')} inside must leave" if threads else "nobody is inside"
        return "the state is being moved" if swap.phase is Phase.TRANSFER else "entries are being written"

    def _quiescence_head(self, hold_up: HoldUp) -> Line:
        known = self._link.waits.quiescences[hold_up.identity]
        threads = len(hold_up.chains) + hold_up.more
        swap = self._link.swaps.by_request.get(self._hold_ups.driver_of(hold_up.identity))
        what = f"before what {title_of(swap).lower()} left behind is freed" if swap else "before somebody goes on"
        must = f"{counted(threads, 'older thread')} must end" if threads else "older requests come first"
        return Line(
            "head", f"Quiescent state {known.number}", (f"{must} {what}", must),
            format_duration(self._clock_ns - known.at_ns), ("swap", swap.request) if swap else None, "timer",
        )  # fmt: skip

    # --- chains ------------------------------------------------------------------------------------------------------

    def _chain(self, chain: Chain, hold_up: HoldUp) -> Iterator[Line]:
        last = len(chain.steps) - 1
        for place, step in enumerate(chain.steps):
            arrow: Literal["", "head", "middle", "tail"] = ""
            if chain.closes_at is not None and place >= chain.closes_at:
                arrow = "head" if place == chain.closes_at else "tail" if place == last else "middle"
            line = self._step(step, hold_up)
            ends = place == last and not chain.cyclic
            yield replace(line, first=place == 0, last=ends, joined=place < last, arrow=arrow)
        if chain.cyclic:
            yield self._foot(chain)

    def _foot(self, chain: Chain) -> Line:
        left_ns = chain.until_ns - self._clock_ns
        if chain.until_ns and left_ns > 0:
            left = format_duration(left_ns)
            words = (
                f"cycle: only the time limit ends it, in {left}", f"cycle: ends by its time limit in {left}",
                f"cycle, {left} left",
            )  # fmt: skip
        elif chain.until_ns:
            words = ("cycle: its time is up", "cycle: its time is up", "cycle")
        else:
            words = ("cycle: nothing that is known ends it", "cycle: nothing known ends it", "cycle")
        return Line("foot", "", words, mark="invariant.violated", first=False)

    def _step(self, step: Step, hold_up: HoldUp) -> Line:
        if isinstance(step, LockStep):
            holder = f"held by thread {step.holder}" if step.holder else "held by nobody known"
            wanted = f"{holder}, wanted by {counted(step.wanted_by, 'thread')}"
            name = _capital(self._lock_name(step.lock))
            return Line("step", name, (wanted, holder), "", self._owner(step.lock), "lock")
        number, aside = step.state.thread, format_duration(max(0, self._clock_ns - step.state.since_ns))
        words, mark = self._thread_words(step), self._thread_mark(step, hold_up)
        return Line("step", f"thread {number}", words, aside, ("thread", number), mark)

    def _thread_words(self, step: ThreadStep) -> tuple[str, ...]:
        state, cpu = step.state, f"cpu {step.state.processor}"
        where = self._call_words(step)
        doing = self._doing(step)
        whole = f"{where} {doing}" if where else doing
        if state.ready:
            return whole, doing
        return f"{whole}, {cpu}", whole, f"{where or doing}, {cpu}", doing

    def _call_words(self, step: ThreadStep) -> str:
        if step.call is None or step.door_of:
            return ""
        method = self._link.names.method(step.call.object, step.call.method)
        return f"{object_name(self._link.topology, step.call.object)}.{method}"

    def _doing(self, step: ThreadStep) -> str:
        state = step.state
        match state.wait:
            case Wait.LOCK:
                return "wants a lock"
            case Wait.DOOR:
                door = step.call.object if step.call else 0
                return f"at the door of {object_name(self._link.topology, door)}"
            case Wait.REPLY:
                return "waits for a reply"
            case Wait.SLEEP:
                return f"sleeps until {format_clock(state.until_ns)}" if state.until_ns else "sleeps"
            case Wait.SIGNAL:
                return "waits for a signal"
            case Wait.FRAME:
                return "waits for a free page frame"
            case Wait.DEVICE:
                return f"waits for {self._link.names.subject(state.subject)}"
        if not state.ready:
            return "runs"
        runs = self._link.waits.running_on(state.processor)
        return f"is ready, cpu {state.processor} is taken" if runs and runs != state.thread else "is ready"

    def _thread_mark(self, step: ThreadStep, hold_up: HoldUp) -> str:
        if step.state.wait == Wait.DOOR:
            return "fate.blocked"
        swap = self._link.swaps.by_request.get(hold_up.identity) if hold_up.sort == "swap" else None
        fate = swap.fates.get(step.call.call) if swap and step.call else None
        if fate is not None and fate.ended_ns is None:
            return f"fate.{_FATES[fate.sort]}"
        currents, home = self._link.waits.currents, step.state.home
        current = currents[home] if home < len(currents) else 0
        age = current - step.state.generation if step.state.generation >= 0 else 0
        return f"generation {min(3, max(0, age))}"

    # --- locks -------------------------------------------------------------------------------------------------------

    def _lock_name(self, lock: int) -> str:
        name = self._link.names.subject(lock)
        return name if name.startswith("lock") else f"lock of {name}"

    def _owner(self, lock: int) -> tuple[str, int] | None:
        """The component whose lock it is, which is what can be selected."""
        names = self._link.names
        known = names.subjects.get(lock)
        owner = names.object_of(known.of) if known and known.of else 0
        return ("object", owner) if owner in self._link.topology.objects else None


def mark_of(theme: Theme, mark: str) -> tuple[str, QColor]:
    """The glyph and the colour of a line's mark."""
    if mark in MEANINGS:
        meaning = meaning_of(theme, mark)
        return meaning.glyph, meaning.mark
    if mark.startswith("generation "):
        age = int(mark.rpartition(" ")[2])
        return theme.generation.glyph[age], theme.generation.mark(age)
    return mark, theme.text.secondary


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
