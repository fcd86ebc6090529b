"""The mediator's promises, over schedules, callers and requests that nobody would think of.

Each example is a plan: up to four callers with what they call, up to five requests, a seed by which the machine chooses
among threads that tie. A ghost stands beside the system: it counts who is truly inside of which instance, and who holds
a front that was looked up earlier. It takes no simulated time and asks the engine nothing.

    nobody is inside of the old component from TRANSFER on     no call enters the new one before the state has moved
    each effect once, in each caller's order                   calls entered = returned + raised
    at the end all entries have one target, and it serves      what is destroyed is held, and being called, by nobody
"""

from __future__ import annotations

import random
import sys
from abc import abstractmethod
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

import pytest
from engine_harness import Empty, targets
from hypothesis import Phase as Stage
from hypothesis import find, given, settings
from hypothesis import strategies as st

from model.costs import Costs, Shape
from model.engine.component import Component, Interface, Package
from model.engine.mediator import Mediator, Slot
from model.engine.swap import MediatedSwap, SwapSettings
from model.engine.system import System
from model.engine.translation import LocalReference
from model.machine.machine import Machine
from model.machine.surroundings import Operation
from model.projections.invariants import InvariantsFold
from model.trace.events import Kind, Phase
from model.trace.trace import Trace

END_NS = 500_000_000
EXAMPLES = 250

Effect = tuple[int, int, int]
"""Caller, which of its calls, and how deep in it."""


class Diary(Interface):
    title = "Diary"

    @abstractmethod
    def note(self, caller: int, sequence: int, ns: int, depth: int = 0) -> None: ...

    @abstractmethod
    def nest(self, caller: int, sequence: int, ns: int, depth: int) -> None: ...

    @abstractmethod
    def fail(self, caller: int, sequence: int, ns: int) -> None: ...

    @abstractmethod
    def far(self, caller: int, sequence: int, ns: int) -> None: ...


class Ghost:
    """What is true, kept without the engine's help."""

    def __init__(self) -> None:
        self.inside: Counter[int] = Counter()
        self.frozen: set[int] = set()
        self.unborn: set[int] = set()
        self.held: Counter[int] = Counter()
        self.record: Any = None
        self.wrong: list[str] = []

    def expect(self, fact: bool, otherwise: str) -> None:
        if not fact:
            self.wrong.append(otherwise)

    def entered(self, instance: int) -> None:
        self.inside[instance] += 1
        self.expect(instance not in self.frozen, f"a call entered {instance}, whose state is moving or has moved")
        self.expect(instance not in self.unborn, f"a call entered {instance} before its state had come")

    def left(self, instance: int) -> None:
        self.inside[instance] -= 1

    def saw(self, kind: Kind, told: dict[str, Any]) -> None:
        """What the engine says of itself, compared with what is true at that instant."""
        match kind:
            case Kind.PHASE_ENTERED if told["b"] == Phase.TRANSFER:
                old = self.record.instance.identity
                self.expect(not self.inside[old], f"{self.inside[old]} calls are inside of {old} at TRANSFER")
                self.frozen.add(old)
            case Kind.ENTRY_WRITTEN if self.record is not None:
                # The first entry pointed back ends the transfer for good; a commit has its new instance by then.
                self.frozen.discard(self.record.instance.identity)
            case Kind.MEDIATOR_DESTROYED | Kind.INSTANCE_DESTROYED | Kind.INTERPOSER_DESTROYED:
                gone = told["subject"]
                calls = [c.number for c in self.record.in_flight.values() if c.front.target_subject == gone]
                self.expect(not calls, f"{kind.name} {gone} while calls {calls} that looked it up are in flight")
                self.expect(not self.held[gone], f"{kind.name} {gone} while a thread holds it")
                self.expect(not self.inside[gone], f"{kind.name} {gone} while calls are inside")


class Watched(Machine):
    """A machine whose ghost sees the rows that the engine emits."""

    def __init__(self, ghost: Ghost, **settings: Any) -> None:
        self.ghost = ghost
        super().__init__(Trace(), **settings)

    def emit(self, kind: Kind, **fields: Any) -> int:
        self.ghost.saw(kind, fields)
        return super().emit(kind, **fields)


class OldDiary(Component, Diary):
    """Writes down each effect after its work; its state is the list."""

    name = title = "diary_old"
    transfer_protocols = frozenset({0})
    uses = {"own": Diary}

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.effects: list[Effect] = []

    def activation(self, body: Callable[[], None]) -> None:
        ghost: Ghost = self.surroundings.ghost  # type: ignore[attr-defined]
        ghost.entered(self.identity)
        try:
            body()
        finally:
            ghost.left(self.identity)

    def write(self, effect: Effect, ns: int) -> None:
        self.surroundings.work(ns)
        self.effects.append(effect)

    def note(self, caller: int, sequence: int, ns: int, depth: int = 0) -> None:
        self.activation(lambda: self.write((caller, sequence, depth), ns))

    def nest(self, caller: int, sequence: int, ns: int, depth: int) -> None:
        def body() -> None:
            self.surroundings.work(ns)
            if depth:
                self.references["own"].object.nest(caller, sequence, ns, depth - 1)
            self.write((caller, sequence, depth), ns)

        self.activation(body)

    def fail(self, caller: int, sequence: int, ns: int) -> None:
        def body() -> None:
            self.write((caller, sequence, 0), ns)
            raise ValueError("as asked")

        self.activation(body)

    def far(self, caller: int, sequence: int, ns: int) -> None:
        """Calls itself from the next processor: a cycle that no mediator can see as recursive."""

        def body() -> None:
            there = (self.surroundings.current.processor + 1) % self.surroundings.processors
            self.surroundings.call_on(there, lambda: self.references["own"].object.note(caller, sequence, ns, 0))
            self.write((caller, sequence, 1), ns)

        self.activation(body)

    def package(self, bit: int) -> Package:
        self.surroundings.work(700)
        return Package(list(self.effects), 24 * len(self.effects))

    def unpackage(self, bit: int, package: Package) -> None:
        ghost: Ghost = self.surroundings.ghost  # type: ignore[attr-defined]
        ghost.unborn.add(self.identity)
        self.surroundings.work(700)
        self.effects = list(package.state)
        ghost.unborn.discard(self.identity)


class NewDiary(OldDiary):
    name = title = "diary_new"


class FailsToPack(OldDiary):
    name = title = "diary_fails_to_pack"

    def package(self, bit: int) -> Package:
        self.surroundings.work(300)
        raise RuntimeError("not today")


class FailsToUnpack(OldDiary):
    name = title = "diary_fails_to_unpack"

    def unpackage(self, bit: int, package: Package) -> None:
        super().unpackage(bit, package)
        raise RuntimeError("not today")


DIARIES = {"old": OldDiary, "new": NewDiary, "fails to pack": FailsToPack, "fails to unpack": FailsToUnpack}


# ---- plans


@dataclass(frozen=True)
class Act:
    """One call of a caller: what, how long each step of it takes, and the pause after it."""

    what: str
    ns: int
    pause_ns: int
    depth: int

    def effects(self, caller: int, sequence: int) -> list[Effect]:
        """What must stand in the diary, in this order."""
        depths = {"nest": range(self.depth + 1), "far": range(2)}.get(self.what, range(1))
        return [(caller, sequence, depth) for depth in depths]

    @property
    def calls(self) -> int:
        return {"nest": self.depth + 1, "far": 2}.get(self.what, 1)


@dataclass(frozen=True)
class Ask:
    """A request: what, when, and whether it waits for its turn."""

    what: str
    at_ns: int
    queue: bool


@dataclass(frozen=True)
class Plan:
    seed: int
    processors: int
    costs: str
    callers: tuple[tuple[Act, ...], ...]
    asks: tuple[Ask, ...]
    limits: SwapSettings
    calm: bool = False
    """Nothing in it is a reason to abandon a swap."""


SPANS_NS = st.sampled_from([10, 400, 3_000, 12_000])
PAUSES_NS = st.sampled_from([10, 400, 3_000])
ACTS = st.builds(
    Act, st.sampled_from(["note", "note", "nest", "fail", "far", "hold"]), SPANS_NS, PAUSES_NS, st.integers(1, 4)
)
ASKS = st.builds(
    Ask,
    st.sampled_from(
        ["new", "new", "old", "fails to pack", "fails to unpack", "cancel", "cancel", "attach", "detach", "around"]
    ),
    st.integers(1, 80).map(lambda number: number * 500),
    st.sampled_from([True, True, False]),
)
LIMITS = st.builds(
    SwapSettings,
    forward_timeout_ns=st.sampled_from([8_000, 1_000_000]),
    block_timeout_ns=st.sampled_from([300, 4_000, 60_000]),
    transfer_timeout_ns=st.sampled_from([1_500, 100_000]),
    retry_delay_ns=st.sampled_from([200, 5_000]),
    retries=st.integers(0, 3),
)


def again_and_again(acts: list[Act], times: int) -> tuple[Act, ...]:
    """What a caller does: so long that requests meet it at it."""
    return tuple(acts * times)


def plans(
    acts: st.SearchStrategy[Act], asks: st.SearchStrategy[Ask], limits: st.SearchStrategy[SwapSettings], calm: bool
) -> st.SearchStrategy[Plan]:
    return st.builds(
        Plan,
        st.integers(0, 2**16),
        st.integers(1, 4),
        st.sampled_from(["usual", "even", "odd"]),
        st.lists(
            st.builds(again_and_again, st.lists(acts, min_size=1, max_size=4), st.integers(1, 12)),
            min_size=1,
            max_size=4,
        ).map(tuple),
        st.lists(asks, min_size=1, max_size=6).map(tuple),
        limits,
        st.just(calm),
    )


PLANS = plans(ACTS, ASKS, LIMITS, calm=False)
PATIENT = SwapSettings(forward_timeout_ns=50_000_000, block_timeout_ns=10_000_000)
CALM_PLANS = plans(
    ACTS.filter(lambda act: act.what != "far"),
    ASKS.filter(lambda ask: ask.what in ("new", "old", "attach", "detach", "around")),
    st.just(PATIENT),
    calm=True,
)


FLAT = dict.fromkeys(("line_memory_ns", "line_transfer_ns", "line_upgrade_ns", "bus_line_ns"), 0)
SOON_MADE = {"slot_ns": 0, "line_write_ns": 10}
"""Filling a mediator's method table takes hardly any time: else it would be there when much of a plan has happened."""


def costs(plan: Plan) -> Costs:
    """The usual ones; all alike, so that processors tie all the time; or any, so that each window is wide at times."""
    chance = random.Random(plan.seed)
    match plan.costs:
        case "even":
            return Costs(**{**{cost.name: 10 for cost in fields(Costs)}, **SOON_MADE, **FLAT})
        case "odd":
            chosen = {cost.name: chance.choice((5, 10, 40, 300, 1_500)) for cost in fields(Costs)}
            return Costs(**{**chosen, **SOON_MADE, **(FLAT if chance.random() < 0.9 else {})})
    return Costs()


class Run:
    """A plan carried out, to the end of all threads."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.ghost = Ghost()
        self.machine = Watched(
            self.ghost, seed=plan.seed, policy="random", processors=plan.processors, quantum_ns=20_000,
            costs=costs(plan), shape=Shape(local_tables=plan.seed % 4 == 0),
        )  # fmt: skip
        self.system = System(self.machine, self.machine.generations, plan.limits)
        clients = [self.system.add_client(name, 30 + number).identity for number, name in enumerate("ab")]
        self.ghost.record = self.record = self.system.add_object("diary", OldDiary)
        self.raised = 0
        for number, acts in enumerate(plan.callers):
            self._caller(number, clients[number % 2], acts)
        for ask in plan.asks:
            self.machine.after(ask.at_ns, lambda ask=ask: self._ask(ask))
        self.machine.run(END_NS)
        self.stuck = [thread.name for thread in self.machine.threads.values()]
        self.machine.close()

    def _caller(self, number: int, client: int, acts: tuple[Act, ...]) -> None:
        reference = self.system.reference(client, self.record)

        def loop() -> None:
            for sequence, act in enumerate(acts):
                try:
                    self.machine.request(
                        client, lambda sequence=sequence, act=act: self._act(reference, number, sequence, act)
                    )
                except ValueError:
                    self.raised += 1
                self.machine.sleep(act.pause_ns)

        self.machine.spawn(
            loop, name=f"caller {number}", processor=number % self.plan.processors, client=client, in_generation=False
        )

    def _act(self, reference: Any, caller: int, sequence: int, act: Act) -> None:
        match act.what:
            case "nest":
                reference.object.nest(caller, sequence, act.ns, act.depth)
            case "fail":
                reference.object.fail(caller, sequence, act.ns)
            case "far":
                reference.object.far(caller, sequence, act.ns)
            case "hold":  # looks up now, calls later
                front = reference.object
                self.ghost.held[front.target_subject] += 1
                self.machine.work(4 * act.ns)
                front.note(caller, sequence, act.ns)
                self.ghost.held[front.target_subject] -= 1
            case _:
                reference.object.note(caller, sequence, act.ns)

    def _ask(self, ask: Ask) -> None:
        reconfiguration = self.system.reconfiguration
        match ask.what:
            case "cancel":
                reconfiguration.cancel(self.record)
            case "attach":
                reconfiguration.attach(self.record, Empty, queue=ask.queue)
            case "detach":
                reconfiguration.detach(self.record, Empty, queue=ask.queue)
            case "around":  # and off again after a swap under it
                reconfiguration.attach(self.record, Empty, queue=True)
                self.machine.after(ask.at_ns, lambda: self._ask(replace(ask, what="new")))
                self.machine.after(2 * ask.at_ns, lambda: self._ask(replace(ask, what="detach")))
            case _:
                reconfiguration.swap(self.record, DIARIES[ask.what], queue=ask.queue)

    # ---- what came of it

    def faults(self) -> list[str]:
        """Every promise that was not kept."""
        wrong = list(self.ghost.wrong)
        if self.stuck:
            wrong.append(f"{self.stuck} never ended")
        for number, acts in enumerate(self.plan.callers):
            written = [effect for effect in self.record.instance.effects if effect[0] == number]
            asked = [effect for sequence, act in enumerate(acts) for effect in act.effects(number, sequence)]
            if written != asked:
                wrong.append(f"caller {number} asked for {asked}, the diary says {written}")
        machine, calls = self.machine, sum(act.calls for acts in self.plan.callers for act in acts)
        raised = sum(act.what == "fail" for acts in self.plan.callers for act in acts)
        counted = (machine.calls_entered, machine.calls_returned, machine.calls_raised, len(self.record.in_flight))
        if counted != (calls, calls - raised, raised, 0) or self.raised != raised:
            wrong.append(f"{calls} calls, {raised} to raise: counted {counted}, {self.raised} callers saw it")
        interposers = self.record.interposers
        serves = interposers[0].subject if interposers else self.record.instance.identity
        if targets(self.record) != {serves}:
            wrong.append(f"entries point at {targets(self.record)} and not at {serves}")
        return wrong + self._broken_rules() + self._balance() + self._needless()

    def _broken_rules(self) -> list[str]:
        """What the invariants say of the whole trace, by other accounts than the ghost's."""
        trace, fold = self.machine.trace, InvariantsFold()
        state = fold.apply(fold.initial(), trace.tail, trace.rows(trace.tail, trace.head))
        return [f"{violation.rule}: {violation.message}" for violation in state.violations]

    def _balance(self) -> list[str]:
        """As many mediators, instances and interposers as were made and not kept were destroyed."""
        trace = self.machine.trace
        kinds = Counter(trace.rows(trace.tail, trace.head)["kind"].tolist())
        left = {
            "mediators": kinds[Kind.MEDIATOR_CREATED] - kinds[Kind.MEDIATOR_DESTROYED],
            "instances": kinds[Kind.INSTANCE_CREATED] - kinds[Kind.INSTANCE_DESTROYED] - 1,
            "interposers": kinds[Kind.INTERPOSER_CREATED]
            - kinds[Kind.INTERPOSER_DESTROYED]
            - len(self.record.interposers),
        }
        return [f"{number} {what} are left over" for what, number in left.items() if number]

    def _needless(self) -> list[str]:
        """Swaps that were abandoned, or tried again, without anything to do it for."""
        if not self.plan.calm:
            return []
        trace = self.machine.trace
        rows = trace.rows(trace.tail, trace.head)
        reasons = [trace.text(int(number)) for number in rows["b"][rows["kind"] == Kind.SWAP_ABANDONED]]
        retries = int((rows["kind"] == Kind.SWAP_RETRIED).sum())
        return [f"abandoned though all is calm: {reason}" for reason in reasons] + ["tried again"] * retries


@pytest.mark.slow
@settings(max_examples=EXAMPLES)
@given(PLANS)
def test_a_swap_keeps_its_promises_whatever_happens_meanwhile(plan: Plan) -> None:
    """Buys the mediator's soundness over hundreds of schedules with swaps, cancels, retries and faults on top of each
    other."""
    assert Run(plan).faults() == []


@pytest.mark.slow
@settings(max_examples=EXAMPLES // 2)
@given(CALM_PLANS)
def test_a_swap_that_nothing_hinders_is_completed(plan: Plan) -> None:
    """Buys that no call is ever left tracked or asleep: with patience, every swap ends well under chance schedules."""
    assert Run(plan).faults() == []


# ---- planted faults, each of which some plan must bring to light


def tracks_by_a_flag(mediator: Mediator, slot: Slot) -> None:
    """The return of an inner call untracks the outer one."""
    if slot.depth:
        slot.depth = 0
        mediator._untrack(mediator.surroundings.current)


def does_not_look_again(mediator: Mediator, thread: Any, state: Any) -> Slot:
    """Publishes, and goes in though the door may have closed meanwhile."""
    slot = Slot(state.target)
    slot.depth = 1
    mediator.surroundings.point(Operation.COUNT_CHANGE)
    mediator._slots[thread.identity] = slot
    return slot


def does_not_untrack_what_raises(mediator: Mediator, slot: Slot) -> None:
    if sys.exc_info()[0] is None:
        LEAVE(mediator, slot)


def wakes_all_but_the_last(mediator: Mediator) -> None:
    for thread in mediator._door[:-1]:
        mediator.surroundings.unpark(thread)


def waits_for_nobody(*_: Any) -> None:
    """FORWARD without a quiescent state."""


def frees_at_once(swap: Any, mediator: Any, instance: Any) -> None:
    """Without the second quiescence."""
    if mediator is not None:
        swap._surroundings.emit(Kind.MEDIATOR_DESTROYED, subject=mediator.subject, b=swap._record.identity)
    swap._surroundings.emit(Kind.INSTANCE_DESTROYED, subject=instance.identity, b=swap._record.identity)


def holds_recursive_calls(mediator: Mediator, slot: Slot) -> Slot:
    mediator._wait_at_door(mediator.surroundings.current)
    slot.depth += 1
    return slot


LEAVE = Mediator.leave
FAULTS: dict[str, tuple[type, str, Callable[..., Any]]] = {
    "tracks by a flag": (Mediator, "leave", tracks_by_a_flag),
    "does not look again": (Mediator, "_track", does_not_look_again),
    "does not untrack what raises": (Mediator, "leave", does_not_untrack_what_raises),
    "holds recursive calls": (Mediator, "_enter_again", holds_recursive_calls),
    "wakes all but the last": (Mediator, "release", wakes_all_but_the_last),
    "waits for nobody in FORWARD": (MediatedSwap, "_forward", waits_for_nobody),
    "waits for nobody in BLOCK": (Mediator, "someone_inside", lambda mediator: False),
    "frees at once": (MediatedSwap, "_free", frees_at_once),
    "forgets the processors' tables": (LocalReference, "write_local", lambda *_: None),
}


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_ghost_sees_a_planted_fault(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Buys the trust in the test above; plans are tried until one shows the fault."""
    owner, name, planted = FAULTS[fault]
    monkeypatch.setattr(owner, name, planted)
    without_shrinking = settings(max_examples=1_000, phases=[Stage.generate], database=None)
    assert find(PLANS | CALM_PLANS, lambda plan: bool(Run(plan).faults()), settings=without_shrinking)
