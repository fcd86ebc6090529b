"""What it costs to call a component through a table entry, an interposer, a mediator; on real threads.

The component's method returns its argument, so that the path is all there is to measure. Beside ours stand the usual
ways of putting something in front of an object: wrapt, `mock(wraps=)`, and a proxy by `__getattr__`. wrapt's wrapper
only calls on, while our interposer runs an empty PRECALL and an empty POSTCALL and sees exceptions.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from functools import partial
from statistics import median
from timeit import Timer
from typing import Any
from unittest import mock

import pytest
import wrapt
from pytest_benchmark.fixture import BenchmarkFixture

from model.engine.component import Component, Interface
from model.engine.interposer import interposer_for
from model.engine.mediator import mediator_for
from model.engine.objects import ObjectRecord
from model.engine.system import System
from model.engine.wrapper import Wrapper
from model.machine.real_threads import RealThreads
from tests.benchmarks.conftest import Report
from tests.benchmarks.side_by_side import ratio, rounds

CALLS = 20
"""In one statement of the timer, so that its loop does not dilute the calls."""


class Store(Interface):
    title = "Store"

    @abstractmethod
    def read(self, page: int) -> int: ...


class PlainStore(Component, Store):
    name = title = "plain_store"

    def read(self, page: int) -> int:
        return page


class Empty(Wrapper):
    """PRECALL and POSTCALL that do nothing."""

    name = title = "empty"

    def precall(self, method: str, arguments: tuple[Any, ...]) -> Any:
        return None

    def postcall(self, method: str, state: Any, result: Any, error: BaseException | None) -> Any:
        return None


class Skipping(Empty):
    name = title = "skipping"
    skips_postcall = True


class Proxy:
    """What is written in a minute."""

    def __init__(self, target: Any) -> None:
        self._target = target

    def __getattr__(self, name: str) -> Any:
        return getattr(self._target, name)


class WraptStore(PlainStore):
    read = wrapt.FunctionWrapper(
        PlainStore.read, lambda wrapped, instance, arguments, keywords: wrapped(*arguments, **keywords)
    )


def ways() -> dict[str, Timer]:
    """A timer for each way of calling."""
    surroundings = RealThreads()
    system = System(surroundings, surroundings.generations)

    def reference(stand: Callable[[ObjectRecord], Any] | None = None) -> Any:
        record = system.add_object(f"store {len(system.objects)}", PlainStore)
        made = system.reference(0, record)
        if stand is not None:
            made.write(stand(record), surroundings.new_subject())
        return made

    def interposer(wrapper: type[Wrapper], record: ObjectRecord) -> Any:
        made = interposer_for(surroundings, record, wrapper(surroundings), surroundings.new_subject())
        made.point_inward(record.instance, record.instance.identity)
        return made

    def mediator(record: ObjectRecord) -> Any:
        return mediator_for(surroundings, record, 1, surroundings.new_subject(), surroundings.current)

    component = PlainStore(surroundings, {})
    entries = {
        "table entry": reference(),
        "interposer": reference(partial(interposer, Empty)),
        "interposer, POSTCALL skipped": reference(partial(interposer, Skipping)),
        "mediator in FORWARD": reference(mediator),
    }
    others = {
        "direct": component,
        "__getattr__": Proxy(component),
        "wrapt": WraptStore(surroundings, {}),
        "mock(wraps=)": mock.Mock(wraps=component),
    }
    statements = {name: ("target.object.read(7)", target) for name, target in entries.items()}
    statements |= {name: ("target.read(7)", target) for name, target in others.items()}
    return {
        name: Timer("; ".join([statement] * CALLS), globals={"target": target})
        for name, (statement, target) in statements.items()
    }


NAMES = tuple(ways())


@pytest.mark.benchmark(group="a call")
@pytest.mark.parametrize("name", NAMES)
def test_call(benchmark: BenchmarkFixture, name: str) -> None:
    timer = ways()[name]
    benchmark.pedantic(timer.timeit, args=(50,), rounds=20, warmup_rounds=1)
    benchmark.extra_info["ns a call"] = round(benchmark.stats.stats.min * 1e9 / 50 / CALLS)


@pytest.fixture(scope="module")
def taken() -> dict[str, list[float]]:
    """ns a call by every way, in 60 rounds."""

    def ns(timer: Timer, times: int) -> float:
        return timer.timeit(times) * 1e9 / times / CALLS

    return rounds({name: partial(ns, timer, 10 if "mock" in name else 500) for name, timer in ways().items()}, 60)


def test_call_through_a_table_entry_keeps_its_budget(taken: dict[str, list[float]], result: Report) -> None:
    times = ratio(taken, "table entry", "direct")
    assert result("a call through a table entry", "≤ 1.25 × direct", f"{times:.2f} ×", times <= 1.25)


def test_call_through_an_interposer_keeps_its_budgets(taken: dict[str, list[float]], result: Report) -> None:
    times, of_wrapt = ratio(taken, "interposer", "direct"), ratio(taken, "interposer", "wrapt")
    direct = result("a call through an interposer, empty wrapper", "≤ 7 × direct", f"{times:.1f} ×", times <= 7)
    wrapped = result("the same, beside wrapt", "≤ 1/4 of wrapt's", f"1/{1 / of_wrapt:.1f}", of_wrapt <= 0.25)
    assert direct and wrapped


def test_skipped_postcall_is_cheaper(taken: dict[str, list[float]], result: Report) -> None:
    times, of_both = (ratio(taken, "interposer, POSTCALL skipped", other) for other in ("direct", "interposer"))
    assert result("an interposer that skips POSTCALL", "< one that does not", f"{times:.1f} × direct", of_both < 1)


def test_the_others_for_comparison(taken: dict[str, list[float]], result: Report) -> None:
    for name in ("mediator in FORWARD", "__getattr__", "wrapt", "mock(wraps=)"):
        assert result(f"a call by {name}", "none", f"{ratio(taken, name, 'direct'):.0f} × direct", True)
    print("\n" + "\n".join(f"{name}: {median(spans):.0f} ns" for name, spans in taken.items()))
