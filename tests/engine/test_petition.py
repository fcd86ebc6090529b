"""A wrapper's wish: it comes by the one door, on a thread of its own, and the trace says whose it was and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine_harness import NewLedger, OldLedger

from model.engine.wrapper import Wrapper
from model.projections.projection import Projection
from model.trace.events import Kind
from model.trace.names import NamesFold
from model.trace.story import sentence

MakeBench = Callable[..., Any]


class SuitedLedger(NewLedger):
    name = "ledger_suited"
    title = "Ledger, suited"
    suits = "many callers"


class Wishing(Wrapper):
    """Asks for what it was told at each call, and keeps the answers."""

    name = "wishing"
    title = "wishing"
    skips_postcall = True

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.answers: list[bool] = []
        self.wish = "many callers"

    def precall(self, method: str, arguments: tuple[Any, ...]) -> None:
        assert self.petition is not None
        if self.wish == "to leave":
            self.answers.append(self.petition.leave("its own detachment"))
        elif self.wish == "the same":
            self.answers.append(self.petition.renew("a null swap"))
        else:
            self.answers.append(self.petition.swap(self.wish, "a ledger for many callers"))


def wishing(make_bench: MakeBench, wish: str = "many callers") -> tuple[Any, Any]:
    bench = make_bench()
    bench.system.factory.know_implementation(SuitedLedger)
    bench.system.reconfiguration.attach(bench.record, Wishing)
    bench.run(10_000)
    wrapper = bench.record.interposers[0].wrapper
    wrapper.wish = wish
    return bench, wrapper


def call(bench: Any) -> None:
    bench.caller(lambda reference, _: reference.object.note(1, 1))
    bench.run(200_000)


def test_wish_is_granted_by_what_suits_and_the_calls_go_on(make_bench: MakeBench) -> None:
    bench, wrapper = wishing(make_bench)
    call(bench)
    assert type(bench.record.instance) is SuitedLedger
    assert (wrapper.answers, bench.record.instance.notes, bench.errors) == ([True], [(1, 1)], [])
    assert wrapper.petition.suits() == "many callers"


def test_request_has_the_wish_as_its_cause_and_the_wish_the_call(make_bench: MakeBench) -> None:
    bench, _ = wishing(make_bench)
    call(bench)
    trace = bench.machine.trace
    rows = [trace.event(position) for position in range(trace.tail, trace.head)]
    (asked,) = [row for row in rows if row.kind == Kind.WRAPPER_ASKED]
    (requested,) = [row for row in rows if row.kind == Kind.SWAP_REQUESTED]
    assert rows[requested.cause] == asked
    assert rows[asked.cause].kind == Kind.CALL_ENTERED
    names = Projection(trace, NamesFold(trace)).at(trace.head)
    assert sentence(trace, names, asked) == "The wishing around ledger asked for a ledger for many callers."


def test_nothing_is_asked_while_the_object_is_in_transition(make_bench: MakeBench) -> None:
    bench, wrapper = wishing(make_bench, "the same")
    for _ in range(4):
        bench.caller(lambda reference, _: reference.object.note(1, 1))
    bench.run(200_000)
    assert sorted(wrapper.answers) == [False, False, False, True]
    assert bench.events(Kind.REQUEST_REFUSED) == []


def test_renewing_brings_another_instance_of_the_same(make_bench: MakeBench) -> None:
    bench, _ = wishing(make_bench, "the same")
    before = bench.record.instance
    call(bench)
    assert bench.record.instance is not before
    assert type(bench.record.instance) is OldLedger


def test_wish_for_what_nobody_suits_asks_nothing(make_bench: MakeBench) -> None:
    bench, wrapper = wishing(make_bench, "nobody")
    call(bench)
    assert wrapper.answers == [False]
    assert bench.events(Kind.WRAPPER_ASKED) == []


def test_wrapper_may_ask_to_be_detached_and_has_no_say_afterwards(make_bench: MakeBench) -> None:
    bench, wrapper = wishing(make_bench, "to leave")
    call(bench)
    assert (bench.record.interposers, wrapper.answers) == ([], [True])
    assert wrapper.petition.swap("many callers", "a ledger for many callers") is False


def test_what_a_wrapper_asks_for_begins_when_its_thread_has_ended_and_on_its_processor(make_bench: MakeBench) -> None:
    bench, _ = wishing(make_bench)
    call(bench)
    trace = bench.machine.trace
    rows = [trace.event(position) for position in range(trace.tail, trace.head)]
    (asked,) = [row for row in rows if row.kind == Kind.WRAPPER_ASKED]
    ended = next(row for row in rows if row.kind == Kind.THREAD_ENDED and row.thread == asked.thread)
    begun = next(row for row in rows if row.kind == Kind.PROTOCOL_NEGOTIATED)
    assert asked.at_ns < ended.at_ns < begun.at_ns
    assert begun.processor == asked.processor
