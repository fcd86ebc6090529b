"""The swaps of the synthetic trace: three of "FCM file 17" with calls of every fate, and one that is abandoned."""

from __future__ import annotations

from typing import Any

from model.trace.events import Kind, Phase, Wait
from tests.synthetic.planning import Call, Plan, Row, end_thread, enter_call, return_call, start_thread
from tests.synthetic.world import (
    FCM_17,
    IMPLEMENTATIONS,
    KERNEL,
    PAGER_1,
    PAGER_FIFO,
    POSTMARK,
    PROCESSORS,
    SDET,
    World,
    command,
    figures,
)

LAST_REQUEST = 4
SWAP_FORWARD_NS = {2: 1_200_000, 3: 1_720_000, LAST_REQUEST: 2_396_000}
ABANDONED_NS = 2_040_000

FORWARD_NS, UNTIL_CURSOR_NS, BLOCK_NS, TRANSFER_NS, FREED_NS = 18_200, 22_306, 6_000, 2_300, 36_000
RESERVED_THREADS = 60
ABANDONED_THREADS = 50


class CompletedSwap:
    """One completed swap of "FCM file 17" with a call of every fate, from the request to the freed mediator."""

    def __init__(self, plan: Plan, world: World, request: int, forward_ns: int, implementation: int) -> None:
        self.plan, self.world, self.request, self.forward_ns = plan, world, request, forward_ns
        self.implementation = implementation
        self.block_ns = forward_ns + FORWARD_NS
        self.transfer_ns = self.block_ns + BLOCK_NS
        self.completed_ns = self.transfer_ns + TRANSFER_NS
        self.first_thread = RESERVED_THREADS * (request - 1)
        self.old = world.instances[FCM_17]
        self.new = plan.subject()
        self.mediator = plan.subject()

    def write(self) -> None:
        self._install()
        self._untracked_calls()
        self._tracked_calls()
        self._recursive_call()
        self._phases()
        self._blocked_calls()
        self._free()
        self.world.instances[FCM_17] = self.new
        self.world.implementations[FCM_17] = self.implementation

    def _add(self, kind: Kind, at_ns: int, cause: Row | None = None, /, **fields: int) -> Row:
        return self.plan.add(kind, at_ns, cause, subject=FCM_17, a=self.request, **fields)

    def _install(self) -> None:
        at, name = self.forward_ns - 1_500, IMPLEMENTATIONS[self.implementation][1]
        command(
            self.plan, at, self.request - 1, f'{{"command":"Swap","object":"FCM file 17","implementation":"{name}"}}'
        )
        asked = self._add(Kind.SWAP_REQUESTED, at, b=self.implementation)
        self._add(Kind.PROTOCOL_NEGOTIATED, at + 100, asked, b=17)
        self.plan.add(Kind.INSTANCE_CREATED, at + 300, asked, subject=self.new, a=self.implementation, b=FCM_17)
        self.plan.add(Kind.MEDIATOR_CREATED, at + 500, asked, subject=self.mediator, a=self.request, b=FCM_17)
        self._repoint(at + 700, self.mediator, self.old)
        self._add(Kind.MEDIATOR_INSTALLED, self.forward_ns - 100, asked, b=self.mediator)
        self._add(Kind.PHASE_ENTERED, self.forward_ns, asked, b=Phase.FORWARD)
        self.plan.quiescences.append((self.forward_ns, self.block_ns))

    def _repoint(self, at_ns: int, target: int, old: int) -> None:
        for offset, client in enumerate(self.world.clients_of(FCM_17)):
            self.plan.add(Kind.ENTRY_WRITTEN, at_ns + 250 * offset, subject=FCM_17, a=target, b=old, client=client)
        self.world.repoint(FCM_17, at_ns, target)

    def _request_thread(self, number: int, at_ns: int, client: int) -> Row:
        thread = self.first_thread + number
        return start_thread(self.plan, at_ns - 150, thread, thread % PROCESSORS, client, "request")

    def _untracked_calls(self) -> None:
        """Two calls are in flight when the last entry is repointed, and return in FORWARD."""
        for number, client, enter, leave in ((7, POSTMARK, -4_300, 7_200), (10, SDET, -2_600, 15_900)):
            started = self._request_thread(number, self.forward_ns + enter, client)
            call = enter_call(self.plan, self.forward_ns + enter, started, FCM_17, 1, self.old, client)
            self._add(Kind.CALL_UNTRACKED, self.forward_ns - 100, call.entered, **without_subject(call))
            return_call(self.plan, self.forward_ns + leave, call)
            end_thread(self.plan, self.forward_ns + leave + 200, started)

    def _tracked_calls(self) -> None:
        """Four tracked calls, of which one outlives FORWARD and keeps BLOCK waiting for a while."""
        plan = ((23, 1_900, 6_100), (26, 5_200, 9_900), (30, 8_400, 14_300), (32, 13_100, 19_700))
        for number, enter, leave in plan:
            client = POSTMARK if number % 2 else SDET
            started = self._request_thread(number, self.forward_ns + enter, client)
            call = enter_call(
                self.plan, self.forward_ns + enter, started, FCM_17, 1 + number % 2, self.mediator, client
            )
            self._add(Kind.CALL_TRACKED, call.entered.at_ns + 120, call.entered, **without_subject(call))
            self._pager_call(call, leave - enter)
            self._leave(call, self.forward_ns + leave)
            end_thread(self.plan, self.forward_ns + leave + 300, started)

    def _pager_call(self, outer: Call, took_ns: int) -> None:
        at = outer.entered.at_ns + took_ns // 3
        inner = enter_call(
            self.plan, at, outer.entered, PAGER_1, 1, self.world.door(PAGER_1, at), KERNEL, FCM_17, way_ns=took_ns // 8
        )
        return_call(self.plan, at + took_ns // 3, inner)

    def _leave(self, call: Call, at_ns: int) -> None:
        self._add(Kind.CALL_LEFT, at_ns, call.entered, **without_subject(call))
        return_call(self.plan, at_ns, call)

    def _recursive_call(self) -> None:
        """The fifth tracked call comes back from inside during BLOCK; BLOCK waits for it to the end."""
        started = self._request_thread(34, self.forward_ns + 12_600, SDET)
        outer = enter_call(self.plan, self.forward_ns + 12_600, started, FCM_17, 2, self.mediator, SDET)
        self._add(Kind.CALL_TRACKED, outer.entered.at_ns + 120, outer.entered, **without_subject(outer))
        self._contend(outer)
        inner_ns = self.forward_ns + UNTIL_CURSOR_NS
        inner = enter_call(self.plan, inner_ns, outer.entered, FCM_17, 1, self.mediator, KERNEL, FCM_17, way_ns=40)
        self._add(Kind.CALL_RECURSIVE, inner_ns, inner.entered, **without_subject(inner))
        return_call(self.plan, self.transfer_ns - 800, inner)
        self._leave(outer, self.transfer_ns - 50)
        end_thread(self.plan, self.transfer_ns + 200, started)

    def _contend(self, call: Call) -> None:
        """The tracked thread waits for the lock of the page list, which a flushing thread holds."""
        at, lock = self.block_ns + 900, self.world.page_lists[FCM_17]
        flusher = start_thread(self.plan, at - 1_000, self.first_thread + 29, 0, KERNEL, "flush")
        end_thread(self.plan, at + 8_000, flusher)
        who = {"thread": call.thread, "processor": call.processor}
        contended = self.plan.add(
            Kind.LOCK_CONTENDED, at, call.entered, subject=lock, a=flusher.fields["thread"], until_ns=at + 500, **who
        )
        waited = self.plan.add(Kind.THREAD_WAITED, at + 500, contended, subject=lock, a=Wait.LOCK, **who)
        self.plan.add(Kind.THREAD_READIED, at + 2_300, waited, **who)
        self.plan.add(Kind.THREAD_DISPATCHED, at + 2_400, waited, **who)
        self.plan.add(Kind.LOCK_ACQUIRED, at + 2_400, contended, subject=lock, **who)

    def _phases(self) -> None:
        self._add(Kind.PHASE_ENTERED, self.block_ns, b=Phase.BLOCK)
        self._add(Kind.PHASE_ENTERED, self.transfer_ns, b=Phase.TRANSFER)
        at = self.transfer_ns + 100
        packaged = self._add(Kind.STATE_PACKAGED, at, b=18_432, until_ns=at + 600)
        self._add(Kind.STATE_UNPACKAGED, at + 700, packaged, b=18_432, until_ns=at + 1_400)
        figures(self.plan, at + 1_400, self.new, self.implementation)
        self._repoint(at + 1_450, self.new, self.mediator)
        self._add(Kind.SWAP_COMPLETED, self.completed_ns, b=self.new)

    def _blocked_calls(self) -> None:
        """Four calls come to the closed door, two of each client; all go on to the new instance."""
        plan = ((41, POSTMARK, 200), (43, SDET, 1_100), (46, POSTMARK, 2_200), (48, SDET, 3_300))
        for place, (number, client, enter) in enumerate(plan):
            started = self._request_thread(number, self.block_ns + enter - 120, client)
            call = enter_call(self.plan, self.block_ns + enter - 120, started, FCM_17, 1, self.mediator, client)
            blocked = self._add(Kind.CALL_BLOCKED, self.block_ns + enter, call.entered, **without_subject(call))
            who = {"thread": call.thread, "processor": call.processor}
            self.plan.add(Kind.THREAD_WAITED, self.block_ns + enter, blocked, subject=self.mediator, a=Wait.DOOR, **who)
            released_ns = self.completed_ns + 60 * (place + 1)
            self._add(Kind.CALL_RELEASED, released_ns, blocked, b=1, **without_subject(call))
            self.plan.add(Kind.THREAD_READIED, released_ns, blocked, **who)
            self.plan.add(Kind.THREAD_DISPATCHED, released_ns + 30, blocked, **who)
            return_call(self.plan, released_ns + 1_300 + 70 * place, call)
            end_thread(self.plan, released_ns + 1_800 + 70 * place, started)

    def _free(self) -> None:
        """The second quiescence, after which nobody can hold the mediator or the old instance any more."""
        freed_ns = self.completed_ns + FREED_NS
        self.plan.quiescences.append((self.completed_ns + 100, freed_ns - 200))
        self.plan.add(Kind.MEDIATOR_DESTROYED, freed_ns, subject=self.mediator, b=FCM_17)
        self.plan.add(Kind.INSTANCE_DESTROYED, freed_ns, subject=self.old, b=FCM_17)


def without_subject(call: Call) -> dict[str, int]:
    return {name: value for name, value in call.fate().items() if name != "subject"}


def abandoned_swap(plan: Plan, world: World) -> None:
    """The pager's swap runs into its time limit in BLOCK twice, with one call blocked each time, and is given up."""
    at, request, old = ABANDONED_NS, LAST_REQUEST + 1, world.instances[PAGER_1]
    new, mediator = plan.subject(), plan.subject()

    def add(kind: Kind, after_ns: int, **fields: Any) -> Row:
        return plan.add(kind, at + after_ns, subject=PAGER_1, a=request, **fields)

    def repoint(after_ns: int, target: int, was: int) -> None:
        for client in world.clients_of(PAGER_1):
            plan.add(Kind.ENTRY_WRITTEN, at + after_ns, subject=PAGER_1, a=target, b=was, client=client)
        world.repoint(PAGER_1, at + after_ns, target)

    command(plan, at, 4, '{"command":"Swap","object":"pager","implementation":"pager_fifo"}')
    add(Kind.SWAP_REQUESTED, 0, b=PAGER_FIFO)
    add(Kind.PROTOCOL_NEGOTIATED, 100, b=63)
    plan.add(Kind.INSTANCE_CREATED, at + 200, subject=new, a=PAGER_FIFO, b=PAGER_1)
    plan.add(Kind.MEDIATOR_CREATED, at + 300, subject=mediator, a=request, b=PAGER_1)
    repoint(400, mediator, old)
    add(Kind.MEDIATOR_INSTALLED, 500, b=mediator)
    for attempt, begin in enumerate((600, 24_000)):
        add(Kind.PHASE_ENTERED, begin, b=Phase.FORWARD)
        add(Kind.PHASE_ENTERED, begin + 14_000, b=Phase.BLOCK)
        started = start_thread(plan, at + begin + 14_200, ABANDONED_THREADS + attempt, attempt, SDET, "request")
        call = enter_call(plan, at + begin + 14_300, started, PAGER_1, 1, mediator, SDET)
        blocked = add(Kind.CALL_BLOCKED, begin + 14_420, **without_subject(call))
        add(Kind.PHASE_TIMED_OUT, begin + 17_000, b=Phase.BLOCK)
        plan.add(
            Kind.CALL_RELEASED, at + begin + 17_050, blocked, subject=PAGER_1, a=request, b=0, **without_subject(call)
        )
        return_call(plan, at + begin + 18_000, call)
        end_thread(plan, at + begin + 18_100, started)
        if attempt == 0:
            add(Kind.SWAP_RETRIED, begin + 17_100, b=1, until_ns=at + 24_000)
    repoint(41_200, old, mediator)
    add(Kind.SWAP_ABANDONED, 41_300, b="BLOCK took longer than 3 µs, 2 times")
    plan.quiescences.append((at + 41_400, at + 62_000))
    plan.add(Kind.MEDIATOR_DESTROYED, at + 62_300, subject=mediator, b=PAGER_1)
    plan.add(Kind.INSTANCE_DESTROYED, at + 62_300, subject=new, b=PAGER_1)
