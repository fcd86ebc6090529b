"""A running system, built from a scenario: the machine, the engine on it, the objects, and the clients' workloads.

Everything is built at time 0, in the order of the file where nothing demands another: an object after those that it
uses. Objects that use each other in a circle, or themselves, are connected once both are there.

A world knows names; machine and engine below it know records and classes. It has no script: the session decides when a
command acts, and `apply` makes it a request of the engine, which runs it on a control thread.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Any

from model import profiles
from model.catalogue import Catalogue
from model.commands import Attach, Cancel, Command, Detach, Inject, Offer, Swap
from model.engine.component import Component, interface_of
from model.engine.swap import SwapSettings
from model.engine.system import System
from model.engine.wrapper import Wrapper
from model.faults.fault import inject, tell_faults
from model.machine.explored import Chooser, ExploredMachine
from model.machine.machine import Machine
from model.machine.replay import Choice, Replay
from model.profiles import Hardware
from model.refusals import ScenarioError
from model.scenario import ComponentTable, Scenario, ScheduleTable
from model.trace.trace import Trace


class World:
    """One system at work: built, run in slices, closed."""

    def __init__(
        self,
        scenario: Scenario,
        catalogue: Catalogue,
        trace: Trace,
        *,
        run_ahead: bool = True,
        chooser: Chooser | None = None,
        hardware: Hardware | None = None,
    ) -> None:
        """`scenario` must have been checked against `catalogue`. ScenarioError if a component or a workload refuses its
        settings. With a `chooser`, or a schedule in the scenario, time is abstract. `hardware` is what the scenario's
        table describes, where somebody knows it already."""
        self._schedule = None if scenario.schedule is None else Replay(_choices(scenario.schedule))
        hardware = hardware or profiles.hardware(scenario.machine)
        self.machine = self._machine(scenario, trace, hardware, run_ahead, chooser or self._schedule)
        self._catalogue = catalogue
        self._trace = trace
        self.workloads: list[Any] = []
        """Those of the scenario, in its order; what they count is for whoever measures."""
        try:
            self.system = self._system(scenario)
            self.fault_numbers = tell_faults(self.machine, catalogue.faults.values())
            self._start_workloads(scenario)
        except BaseException:
            self.machine.close()
            raise

    @property
    def now_ns(self) -> int:
        """The machine's clock."""
        return self.machine.now_ns

    @property
    def next_ns(self) -> int | None:
        """When the next action is due; None when nothing ever happens again by itself."""
        return self.machine.next_due_ns()

    @property
    def divergence(self) -> str | None:
        """Where the run does not fit the scenario's schedule, as a clause; None where it does or there is none."""
        return self._schedule.divergence(self.machine) if self._schedule is not None else None

    def run(self, until_ns: int, budget_s: float | None = None) -> bool:
        """Runs every action at or before `until_ns`; False if the budget of wall time ended it sooner.

        Where nothing is left to do the clock stays at the last thing that happened.
        """
        before_ns = self.machine.now_ns
        done = self.machine.run(until_ns, budget_s)
        if done and self.next_ns is None:
            self.machine.now_ns = max(before_ns, self._trace.event(self._trace.head - 1).at_ns)
        return done

    def watched(self) -> AbstractContextManager[object]:
        """For who runs many short stretches: the watch over component code that hangs is kept up between them."""
        return self.machine.watched()

    def lead(self, at_ns: int) -> None:
        """Moves the clock to an instant before anything in it happens; all before it has run."""
        next_ns = self.next_ns
        assert next_ns is None or next_ns >= at_ns, f"something at {next_ns} ns has not run yet"
        assert self.machine.now_ns <= at_ns, f"it is {self.machine.now_ns} ns already"
        self.machine.now_ns = at_ns

    def apply(self, command: Command, cause: int) -> None:
        """Asks the engine for what the command wants, now; `cause` is the command's row."""
        if isinstance(command, Offer):
            self._offer(self._catalogue.foreign[command.sha256])
            return
        record = self.system.objects[command.object]
        reconfiguration = self.system.reconfiguration
        match command:
            case Swap(implementation=implementation, queue=queue):
                made = self._catalogue.implementations[implementation]
                reconfiguration.swap(record, made, queue=queue, cause=cause)
            case Attach(wrapper=wrapper, settings=settings):
                reconfiguration.attach(record, self._catalogue.wrappers[wrapper], settings=settings, cause=cause)
            case Detach(wrapper=wrapper, which=which):
                reconfiguration.detach(record, self._catalogue.wrappers[wrapper], which, cause=cause)
            case Cancel():
                reconfiguration.cancel(record, cause=cause)
            case Inject(fault=fault, times=times, lasting_ns=lasting_ns, method=method):
                made_to_fail, number = self._catalogue.faults[fault], self.fault_numbers[fault]
                inject(
                    self.system, record, made_to_fail, number, times=times, lasting_ns=lasting_ns, method=method,
                    cause=cause,
                )  # fmt: skip

    def learn(self, catalogue: Catalogue) -> None:
        """There is more to choose from; nobody is offered it before a command says so."""
        self._catalogue = catalogue

    def _offer(self, classes: Iterable[type[Any]]) -> None:
        found = tuple(classes)
        implementations = [one for one in found if issubclass(one, Component)]
        wrappers = [one for one in found if issubclass(one, Wrapper)]
        self.system.know((), implementations, wrappers)

    def close(self) -> None:
        """Ends every thread, without a trace of it."""
        self.machine.close()

    def _machine(
        self, scenario: Scenario, trace: Trace, hardware: Hardware, run_ahead: bool, chooser: Chooser | None
    ) -> Machine:
        machine = scenario.machine
        settings: dict[str, Any] = {
            "processors": hardware.processors,
            "generations": machine.generations,
            "quantum_ns": machine.quantum_ns,
            "costs": hardware.costs,
            "shape": hardware.shape,
            "seed": scenario.seed,
        }
        if chooser is not None:
            how = scenario.exploration
            return ExploredMachine(
                trace, chooser=chooser, alarms=how.alarms, registering=how.registering, **settings
            )  # fmt: skip
        return Machine(trace, policy=scenario.policy, run_ahead=run_ahead, **settings)

    def _system(self, scenario: Scenario) -> System:
        limits = scenario.swap
        chosen = {name: value for name in limits.__struct_fields__ if (value := getattr(limits, name)) is not None}
        system = System(self.machine, self.machine.generations, SwapSettings(**chosen))
        known = self._catalogue
        self._know_what_fits(system, scenario)
        for client in scenario.clients:
            system.add_client(client.name, client.address_space)
        clients = {client.name: client.identity for client in system.clients}
        circles = []
        for component in users_after_used(scenario.components):
            made = known.implementations[component.implementation]
            system.declare(component.name, made, settings=component.settings, home=clients[component.home])
            if all(name in system.objects for name in component.uses.values()):
                self._connect_and_serve(system, component)
            else:
                circles.append(component)
        for component in circles:
            self._connect_and_serve(system, component)
        return system

    def _know_what_fits(self, system: System, scenario: Scenario) -> None:
        """Offers what could be dropped onto something here, and what the scenario names itself.

        The script is not looked at: what a person asks for live must not have been known earlier on replay. Nothing
        is offered where time is abstract: such a world is built thousands of times.
        """
        known = self._catalogue.implementations
        # What a foreign source brings is offered by the command that says so.
        foreign = {one for classes in self._catalogue.foreign.values() for one in classes}
        named = [known[component.implementation] for component in scenario.components]
        named += [known[name] for name in scenario.offers]
        in_use = dict.fromkeys(interface_of(implementation) for implementation in named)
        if isinstance(self.machine, ExploredMachine):
            system.know(in_use, named, ())
            return
        offered = [
            implementation
            for implementation in known.values()
            if implementation in named
            or (implementation.offered and implementation not in foreign and interface_of(implementation) in in_use)
        ]
        wrappers = [
            wrapper
            for wrapper in self._catalogue.wrappers.values()
            if wrapper not in foreign and (wrapper.interface is None or wrapper.interface in in_use)
        ]
        system.know(in_use, offered, wrappers)

    def _connect_and_serve(self, system: System, component: ComponentTable) -> None:
        record = system.objects[component.name]
        for key, name in component.uses.items():
            system.connect(record, key, system.objects[name])
        try:
            system.serve(record, self._catalogue.implementations[component.implementation])
        except Exception as error:  # Whatever an implementation that is not ours may raise.
            why = f"{type(error).__name__}: {str(error).rstrip('.')}"
            message = f"{component.name!r} cannot be served by {component.implementation} ({why})"
            raise ScenarioError("components", message, "change its settings or its implementation") from error

    def _start_workloads(self, scenario: Scenario) -> None:
        clients = {client.name: client.identity for client in self.system.clients}
        started: Counter[str] = Counter()
        for index, workload in enumerate(scenario.workloads):
            client = clients[workload.client]
            references = {
                key: self.system.reference(client, self.system.objects[name]) for key, name in workload.uses.items()
            }
            # One stream a workload and client, whatever else there is: another client never shifts its draws.
            stream = f"{workload.client}/{workload.kind}"
            started[stream] += 1
            made = self._catalogue.workloads[workload.kind]
            try:
                load = made(self.machine, client, references, workload.settings, f"{stream}/{started[stream]}")
                load.start()
            except Exception as error:  # A mix that it does not understand, or whatever else.
                place = f"workloads[{index}]"
                raise ScenarioError(place, str(error).rstrip("."), "change its settings or what it uses") from error
            self.workloads.append(load)


def _choices(schedule: ScheduleTable) -> tuple[Choice, ...]:
    return tuple(Choice(choice.step, choice.answer, choice.operation) for choice in schedule.choices)


def users_after_used(components: tuple[ComponentTable, ...]) -> Iterator[ComponentTable]:
    """The components, each after those that it uses, as far as that is possible; otherwise in their order.

    Of a circle, the one that comes first in the file comes last.
    """
    by_name = {component.name: component for component in components}
    seen: set[str] = set()
    for root in components:
        path = [(root, iter(root.uses.values()))] if root.name not in seen else []
        seen.add(root.name)
        while path:
            component, uses = path[-1]
            used = next((name for name in uses if name not in seen and name in by_name), None)
            if used is None:
                path.pop()
                yield component
            else:
                seen.add(used)
                path.append((by_name[used], iter(by_name[used].uses.values())))
