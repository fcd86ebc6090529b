"""The activity of Table 1: an empty wrapper attached, called through and detached, many times, on one processor.

The transitions run on the thread that measures, as the paper's did, so that no control thread's start is among what is
measured. A detach is the writing of entries and the freeing. The quiescence that lies between is out of band, in the
paper's words (§4.3.1), and is left out.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from statistics import fmean, pstdev
from typing import Any

from model.engine.component import Component, Interface, Setting
from model.engine.interposer import Interposer
from model.engine.interposition import Attach, Detach
from model.engine.system import KERNEL, System
from model.engine.wrapper import Petition, Wrapper
from model.experiments.experiment import Activity
from model.experiments.job import Job, Result
from model.machine.generations import Generations
from model.machine.machine import Machine
from model.profiles import hardware
from model.scenario import MachineTable
from model.trace.trace import Trace

SETTINGS = {"times": Setting(100_000, "how often the wrapper is attached, called through and detached", 1, 10_000_000)}
TRACE_ROWS = 4_096
"""Nothing is read from the trace, so that it may forget soon."""
SECONDS_A_TIME = 0.0005


class Called(Interface):
    """What is called through the wrapper."""

    title = "Called"

    @abstractmethod
    def call(self) -> None: ...


class DoesNothing(Component, Called):
    name = "does_nothing"
    title = "Does nothing"

    def call(self) -> None:
        """The component's own work is not what is measured."""


class Empty(Wrapper):
    name = "empty"
    title = "empty wrapper"


class EmptyBefore(Wrapper):
    name = "empty_before"
    title = "empty wrapper without POSTCALL"
    skips_postcall = True


class Waits:
    """Generations that say how long the quiescence took: out of band, in the paper's words, and no cost of a detach."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self.waited_ns = 0

    def synchronize(self) -> None:
        begun_ns = self._machine.now_ns
        self._machine.generations.synchronize()
        self.waited_ns += self._machine.now_ns - begun_ns


class Bench:
    """One object on one processor, and the thread that measures."""

    def __init__(self, job: Job) -> None:
        made = hardware(MachineTable(profile=job.machine, processors=1))
        self.machine = Machine(Trace(TRACE_ROWS), processors=1, costs=made.costs, shape=made.shape, seed=job.seed)
        self.system = System(self.machine, self.machine.generations)
        self.record = self.system.add_object("called", DoesNothing)
        self.reference = self.system.reference(KERNEL, self.record)
        self.times: int = job["times"]
        self.took: dict[str, list[int]] = {name: [] for name in ("attach", "call", "call_without_postcall", "detach")}

    def run(self) -> None:
        self.system.factory.know_wrapper(Empty)
        self.system.factory.know_wrapper(EmptyBefore)
        measures = self.machine.spawn(self._measure, name="measures", processor=0, client=KERNEL, in_generation=False)
        self.machine.run(1 << 62)
        self.machine.close()
        if measures.error is not None:
            raise measures.error

    def _measure(self) -> None:
        for _ in range(self.times):
            plain_ns = self._timed(self._call)
            self._once(Empty, "call", plain_ns, self.took["attach"], self.took["detach"])
        for _ in range(max(1, self.times // 100)):
            self._once(EmptyBefore, "call_without_postcall", self._timed(self._call), [], [])

    def _once(self, wrapper: type[Wrapper], call: str, plain_ns: int, attaches: list[int], detaches: list[int]) -> None:
        machine, record = self.machine, self.record
        attach = Attach(machine, self.system.factory, record, wrapper, 0, {}, _no_petition)
        attaches.append(self._timed(lambda: attach.run(_nothing)))
        self.took[call].append(self._timed(self._call) - plain_ns)
        waits = Waits(machine)
        generations: Generations = waits  # type: ignore[assignment]
        detach = Detach(machine, generations, record, record.interposers[0], 0)
        detaches.append(self._timed(lambda: detach.run(_nothing)) - waits.waited_ns)

    def _call(self) -> None:
        self.reference.object.call()

    def _timed(self, function: Callable[[], None]) -> int:
        begun_ns = self.machine.now_ns
        function()
        return self.machine.now_ns - begun_ns


def _no_petition(interposer: Interposer) -> Petition:
    """An empty wrapper asks for nothing."""
    none: Any = None
    return none  # type: ignore[no-any-return]


def _nothing() -> None:
    """What follows the transition: nothing waits for it here."""


def execute(job: Job) -> Result:
    """Mean and standard deviation of each operation in nanoseconds."""
    bench = Bench(job)
    bench.run()
    result: Result = {"times": job["times"]}
    for name, took in bench.took.items():
        result[f"{name}_ns"] = fmean(took)
        result[f"{name}_sd_ns"] = pstdev(took)
    return result


INTERPOSITION = Activity(
    name="interposition",
    title="attach, call and detach",
    settings=SETTINGS,
    execute=execute,
    weigh=lambda job: job["times"] * SECONDS_A_TIME,
)
