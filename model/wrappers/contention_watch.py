"""Notices that several processors use a component at once, and asks for one that scales; and back when they do not.

The paper's K42 swaps a single file cache manager for a replicated one when its lock is found taken (§6.2, §6.3). A
wrapper sees no lock, only calls, and so the rule is in terms of calls, and explicit:

    a meeting    a look finds calls of at least `processors` processors inside of the component
    contended    `meetings` meetings, with no more than `calm_looks` looks without one in between
    calm         more than `calm_looks` looks in a row without a meeting
    a look       at every `look_every`-th call of a processor, at the counts of the other processors

How many swaps come of it is a setting, `rest_ns`, and no result.

Every processor counts on a cache line of its own. One count for all would be as contended as what it watches: at 24
processors it would eat most of what the replicated component gains.
"""

from __future__ import annotations

from typing import Any

from model.components.suits import MANY_PROCESSORS, ONE_PROCESSOR
from model.engine.component import Setting
from model.machine.surroundings import Surroundings
from model.wrappers.deciding import Deciding


class ContentionWatch(Deciding):
    """Asks for "many processors" when contended and for "one processor" when calm. Figures: "asked", "meetings"."""

    name = "contention_watch"
    title = "contention watch"
    summary = "Asks for a component for many processors while several use it at once, and back."
    settings = {
        **Deciding.settings,
        "processors": Setting(2, "processors with a call inside at once that make a meeting: with 1 any look", 1, 64),
        "meetings": Setting(4, "meetings that make it contended", 1, 1_000_000),
        "look_every": Setting(8, "calls of a processor from one look to the next", 1, 1_000_000),
        "calm_looks": Setting(64, "looks in a row without a meeting that make it calm", 1, 1_000_000),
        "renews": Setting(False, "whether it asks for null swaps when contended, and for nothing when calm"),
    }
    processors: int
    meetings: int
    look_every: int
    calm_looks: int
    renews: bool

    def __init__(self, surroundings: Surroundings, *, identity: int = 0, **settings: int | str | bool) -> None:
        super().__init__(surroundings, identity=identity, **settings)
        numbers = range(surroundings.processors)
        self.lines = [surroundings.line(f"calls on {number}", identity) for number in numbers]
        self.inside = [0 for _ in numbers]
        self.calls = [0 for _ in numbers]
        self.met = 0
        self.calm = 0

    def precall(self, method: str, arguments: tuple[Any, ...]) -> int:
        here = self.surroundings.current.processor
        self.surroundings.write(self.lines[here])
        self.inside[here] += 1
        self.calls[here] += 1
        if self.calls[here] % self.look_every == 0:
            self._look(here)
        return here

    def postcall(self, method: str, state: int, result: Any, error: BaseException | None) -> None:
        # On the processor that it came in by, wherever the thread is now.
        self.surroundings.write(self.lines[state])
        self.inside[state] -= 1

    def _look(self, here: int) -> None:
        busy = 1
        for number, line in enumerate(self.lines):
            if number != here:
                self.surroundings.read(line)
                busy += self.inside[number] > 0
        if busy >= self.processors:
            self._meet(busy)
        else:
            self._calm()

    def _meet(self, busy: int) -> None:
        self.met += 1
        self.calm = 0
        if self.met < self.meetings:
            return
        why = f"calls of {busy} processors were in it at once"
        asked = self.ask_to_renew(why) if self.renews else self.ask(MANY_PROCESSORS, why)
        if asked:
            self.report("meetings", self.met)
            self.met = 0
        elif self.serves() == MANY_PROCESSORS:
            self.leave_if_done()

    def _calm(self) -> None:
        self.calm += 1
        if self.calm > self.calm_looks:
            self.met = 0
            if not self.renews:
                self.ask(ONE_PROCESSOR, f"the last {self.calm} looks found calls of one processor only")
