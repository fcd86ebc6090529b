"""Callers of a diary: each loop makes the calls of a plan, one after the other, and ends.

It is the load of explored scenarios and of what examines the engine: no chance, no waiting unless it is asked for, and
each call bears its caller and which of that caller's calls it is. A caller tells the trace what each call gave it, so
that whatever stands between it and the diary can be seen to change nothing.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from functools import partial

from model.components.diary import Diary
from model.engine.component import Setting
from model.engine.translation import Reference
from model.machine.surroundings import Surroundings
from model.trace.events import Kind
from model.workloads.workload import LOOPS, Workload


class Diarists(Workload):
    """Calls the diary named `target`. Refuses a plan that it does not understand with ValueError."""

    name = "diarists"
    title = "Callers of a diary"
    summary = "Loops that each make a plan's calls and end."
    settings = {
        **Workload.settings,
        "loops": Setting(1, "loops, each with at most one call at a time", 1, LOOPS),
        "plan": Setting("note", "calls in their order, like `note nest:2 fail`; a number is how deep"),
        "rounds": Setting(1, "how often each loop goes through the plan", 1, 1_000_000),
        "first_caller": Setting(1, "the number of the first loop as a caller; others follow", 1, 1_000_000),
        "think_ns": Setting(0, "time before each call; 0 for none", 0, 1_000_000_000),
    }
    plan: str
    rounds: int
    first_caller: int
    think_ns: int

    def __init__(
        self,
        surroundings: Surroundings,
        client: int,
        references: Mapping[str, Reference],
        settings: Mapping[str, int | str | bool],
        stream_name: str,
    ) -> None:
        super().__init__(surroundings, client, references, settings, stream_name)
        if "target" not in references:
            raise ValueError('diarists need the diary that they call: write like `uses = { target = "diary" }`')
        self._steps = steps_of(self.plan)

    def run_loop(self, number: int, stream: random.Random) -> None:
        caller = self.first_caller + number
        # By numbers: how far an iterator is, nobody can see who compares two moments of this loop.
        for made in range(self.rounds * len(self._steps)):
            if self.think_ns:
                self.surroundings.sleep(self.think_ns)
            self.request(partial(self._call, self._steps[made % len(self._steps)], caller, made + 1))

    def _call(self, step: Step, caller: int, sequence: int) -> None:
        answer = step(self.references["target"].object, caller, sequence)
        self.surroundings.emit(Kind.ANSWER_SEEN, a=answer)


Step = Callable[[Diary, int, int], int]

STEPS: dict[str, Callable[[Diary, int, int, int], int]] = {
    "note": lambda diary, caller, sequence, depth: diary.note(caller, sequence),
    "nest": lambda diary, caller, sequence, depth: diary.nest(caller, sequence, depth),
    "twice": lambda diary, caller, sequence, depth: diary.twice(caller, sequence),
    "fail": lambda diary, caller, sequence, depth: diary.fail(caller, sequence),
    "far": lambda diary, caller, sequence, depth: diary.far(caller, sequence),
    "forward": lambda diary, caller, sequence, depth: diary.forward(caller, sequence),
}
"""The calls that a plan may name."""


def steps_of(plan: str) -> list[Step]:
    """The calls of a plan, in order."""
    steps: list[Step] = []
    for part in plan.split():
        method, _, depth = part.partition(":")
        if method not in STEPS:
            raise ValueError(f"diarists do not call {method!r}; they call {', '.join(STEPS)}")
        if not (depth or "1").isdecimal() or not 1 <= int(depth or "1") <= 40:
            raise ValueError(f"the depth of {method} must be a whole number from 1 to 40, not {depth!r}")
        steps.append(partial(_made, STEPS[method], int(depth or "1")))
    if not steps:
        raise ValueError("an empty plan calls nothing: write like `note`")
    return steps


def _made(method: Callable[[Diary, int, int, int], int], depth: int, diary: Diary, caller: int, sequence: int) -> int:
    return method(diary, caller, sequence, depth)
