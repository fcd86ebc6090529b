"""Wrappers see calls and no component: what they count and time, and what they tell."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

import model.wrappers
from model.engine.wrapper import Wrapper
from model.wrappers import WRAPPERS
from model.wrappers.call_counter import CallCounter
from model.wrappers.call_timer import CallTimer, Times
from tests.fake_surroundings import FakeSurroundings


def told(surroundings: FakeSurroundings, identity: int) -> dict[str, int]:
    return {figure: value for (subject, figure), value in surroundings.figures.items() if subject == identity}


def test_counter_counts_by_method() -> None:
    surroundings = FakeSurroundings()
    counter = CallCounter(surroundings, identity=5, report_every=1)
    for method in ("read_page", "write_page", "read_page"):
        counter.precall(method, (1,))
    assert told(surroundings, 5) == {"calls": 3, "calls of read_page": 2, "calls of write_page": 1}


def test_counter_needs_no_postcall() -> None:
    assert CallCounter.skips_postcall


def test_timer_knows_shortest_longest_and_total_over_all_processors() -> None:
    surroundings = FakeSurroundings()
    timer = CallTimer(surroundings, identity=5)
    for processor, ns in ((0, 40), (3, 10), (0, 25)):
        with surroundings.on(processor):
            state = timer.precall("add", ())
            surroundings.work(ns)
            timer.postcall("add", state, None, None)
    assert timer.times("add") == Times(3, 75, 10, 40)


def test_timer_times_a_call_that_raised() -> None:
    surroundings = FakeSurroundings()
    timer = CallTimer(surroundings, identity=5)
    timer.postcall("add", timer.precall("add", ()), None, ValueError())
    assert (timer.times("add").calls, timer.inside.value) == (1, 0)


def test_timer_knows_how_many_calls_were_inside_at_once() -> None:
    surroundings = FakeSurroundings()
    timer = CallTimer(surroundings, identity=5)
    states = [timer.precall("add", ()) for _ in range(3)]
    for state in states:
        timer.postcall("add", state, None, None)
    timer.postcall("add", timer.precall("add", ()), None, None)
    assert told(surroundings, 5)["most calls in parallel"] == 3


def test_timer_tells_the_first_call_and_then_now_and_again() -> None:
    surroundings = FakeSurroundings()
    timer = CallTimer(surroundings, identity=5, report_every=4)
    heard = []
    for _ in range(9):
        timer.postcall("add", timer.precall("add", ()), None, None)
        heard.append(told(surroundings, 5)["calls of add"])
    assert heard == [1, 1, 1, 4, 4, 4, 4, 8, 8]


@pytest.mark.parametrize("wrapper", WRAPPERS, ids=lambda wrapper: wrapper.name)
def test_says_what_it_is(wrapper: type[Wrapper]) -> None:
    assert wrapper.name and wrapper.title and wrapper.summary.endswith(".") and wrapper.__doc__
    for name, setting in wrapper.settings.items():
        assert setting.meaning, name
        assert not setting.refuse(setting.default), name


@pytest.mark.parametrize("wrapper", WRAPPERS, ids=lambda wrapper: wrapper.name)
def test_unknown_setting_is_refused(wrapper: type[Wrapper]) -> None:
    with pytest.raises(TypeError, match="no setting 'colour'"):
        wrapper(FakeSurroundings(), colour=3)


def test_catalogue_names_every_class_of_the_package_once() -> None:
    found: set[type] = set()
    for module in pkgutil.iter_modules(model.wrappers.__path__):
        values = vars(importlib.import_module(f"model.wrappers.{module.name}")).values()
        found |= {value for value in values if isinstance(value, type) and issubclass(value, Wrapper)}
    assert {wrapper for wrapper in found if wrapper.name} == set(WRAPPERS)
    assert len({wrapper.name for wrapper in WRAPPERS}) == len(WRAPPERS)
