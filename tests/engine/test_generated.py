"""Generated classes: what a call is named and takes is the interface's own affair."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import pytest
from engine_harness import Empty, Skipping

from model.engine.component import Component, Interface
from model.engine.interposer import interposer_for
from model.engine.mediator import mediator_for
from model.engine.objects import ObjectRecord
from model.engine.system import System
from model.engine.wrapper import Wrapper
from model.machine.machine import Machine
from model.trace.trace import Trace


class Awkward(Interface):
    """Its parameters have the names that a forwarding method would use for itself."""

    title = "Awkward"

    @abstractmethod
    def mix(self, state: int, result: int, error: int, call: int, slot: int, wrapper: int = 6) -> list[int]: ...


class Mixer(Component, Awkward):
    name = title = "mixer"

    def mix(self, state: int, result: int, error: int, call: int, slot: int, wrapper: int = 6) -> list[int]:
        self.surroundings.work(10)
        return [state, result, error, call, slot, wrapper]


class Passing(Wrapper):
    name = title = "passing"
    changes_arguments = True
    changes_results = True

    def precall(self, method: str, arguments: tuple[Any, ...]) -> Any:
        return None, arguments

    def postcall(self, method: str, state: Any, result: Any, error: BaseException | None) -> Any:
        return result


def behind(machine: Machine, record: ObjectRecord, standing: str) -> Any:
    """What stands in front of the component, going on to it."""
    if standing == "front":
        return record.instance
    if standing == "mediator":
        return mediator_for(machine, record, 1, 1, machine.current)
    wrapper = {"empty": Empty, "skipping": Skipping, "passing": Passing}[standing](machine)
    interposer = interposer_for(machine, record, wrapper, 1)
    interposer.point_inward(record.instance, record.instance.identity)
    return interposer


@pytest.mark.parametrize("standing", ["front", "empty", "skipping", "passing", "mediator"])
def test_parameters_keep_their_values_whatever_their_names(standing: str) -> None:
    machine = Machine(Trace())
    system = System(machine, machine.generations)
    record = system.add_object("mixer", Mixer)
    reference = system.reference(0, record)
    reference.write(behind(machine, record, standing), 1)
    mixed: list[Any] = []
    machine.spawn(lambda: mixed.append(reference.object.mix(1, 2, 3, 4, slot=5)), name="caller", processor=0)
    machine.run(1_000_000)
    machine.close()
    assert mixed == [[1, 2, 3, 4, 5, 6]]


def test_parameter_that_begins_with_an_underscore_is_refused() -> None:
    class Hidden(Interface):
        @abstractmethod
        def look(self, _state: int) -> int: ...

    class Looking(Component, Hidden):
        name = title = "looking"

        def look(self, _state: int) -> int:
            return _state

    machine = Machine(Trace())
    system = System(machine, machine.generations)
    with pytest.raises(TypeError, match="the parameter _state of look must not begin with an underscore"):
        system.add_object("looking", Looking)
        system.reference(0, system.objects["looking"])
    machine.close()
