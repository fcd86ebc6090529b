"""How the choices of one run are answered."""

from __future__ import annotations

from random import Random
from typing import Any

from model.exploration.strategies import Priorities
from model.machine.abstract_time import Alarm


class WithAlarms:
    """A machine on which nothing can happen but alarms."""

    goes_on = None

    def __init__(self) -> None:
        self.alarms: list[Alarm] = []

    def candidates(self) -> list[Alarm]:
        return self.alarms.copy()


def draws_after(alarms: int, kept: list[Alarm] | None) -> float:
    """What is drawn next, after so many alarms came one by one; those that are not kept are gone for good."""
    machine: Any = WithAlarms()
    stream = Random(1)
    chooser = Priorities(stream, depth=1, length=100)
    for due_ns in range(alarms):
        alarm = Alarm(due_ns, print, machine.alarms)
        chooser(machine, 1)
        alarm.cancel()
        if kept is not None:
            kept.append(alarm)
        del alarm
    return stream.random()


def test_an_alarm_has_a_priority_of_its_own_wherever_in_memory_it_stands() -> None:
    assert draws_after(20, None) == draws_after(20, [])
