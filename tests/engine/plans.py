"""Plans of callers and requests, drawn by chance, and runs of them whose every promise is checked.

A plan is up to four callers with what they call, up to six requests, and a seed by which the machine chooses among
threads that tie. A run carries it out to the end of all threads; `faults` is empty when the swaps kept their promises.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, fields, replace
from typing import Any

from engine_harness import Empty, targets
from hypothesis import strategies as st

from model.costs import Costs, Shape
from model.engine.swap import SwapSettings
from model.engine.system import System
from model.engine.translation import calls_in_flight
from model.projections.invariants import InvariantsFold
from model.trace.events import Kind
from tests.engine.diaries import DIARIES, Effect, Ghost, OldDiary, Watched

END_NS = 500_000_000


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
        counted = (
            machine.calls_entered,
            machine.calls_returned,
            machine.calls_raised,
            len(calls_in_flight(machine, self.record)),
        )
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
