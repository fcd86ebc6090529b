"""No rule is broken where nothing is wrong, and each rule catches what is planted against it."""

from __future__ import annotations

import random
from typing import Any

import pytest

from model.projections.invariants import RULES, SENTENCE_OF, Invariants, InvariantsFold, InvariantWatch
from model.projections.projection import Projection
from model.projections.rules import Ending, Waiting
from model.trace.effects import tag_of
from model.trace.events import Kind, Wait
from model.trace.trace import Trace
from tests.projections.clean_run import (
    INTERPOSER,
    MEDIATOR,
    NEW,
    OBJECT,
    OLD,
    THIRD,
    Edit,
    changed,
    clean_rows,
    moved_before,
    put_before,
    trace_of_rows,
    without,
)
from tests.projections.folding import folded_in_pieces

CALL = {"call": 9, "thread": 9, "subject": OBJECT}

PLANTED: dict[str, list[tuple[str, Edit]]] = {
    "S1": [
        ("entered through an old front", put_before("packaged", (Kind.CALL_ENTERED, {**CALL, "a": OLD}))),
        ("executes on", moved_before("packaged", "call 2 ended")),
        ("let go on to the old one", changed("call 3 released", b=0)),
        ("begins in the old one", changed("call 3 began", subject=OLD)),
    ],
    "S2": [
        ("entered before the state", put_before("packaged", (Kind.CALL_ENTERED, {**CALL, "a": NEW}))),
        ("let in before the state", moved_before("packaged", "call 3 released")),
        ("completed without state", without("unpackaged")),
    ],
    "S3": [
        ("still inside", moved_before("call 2 ended", "transfer")),
        ("still counted", moved_before("call 2 left", "transfer")),
        ("past the mediator", put_before("transfer", (Kind.CALL_ENTERED, {**CALL, "a": INTERPOSER}))),
    ],
    "S4": [
        ("lost", without("call 1 began", "call 1 ended")),
        ("executed twice", put_before("call 1 returned", (Kind.ACTIVATION_BEGAN, {"call": 1, "subject": OLD}),
                                      (Kind.ACTIVATION_ENDED, {"call": 1, "subject": OLD, "a": tag_of(1, 1)}))),
        ("state differs", changed("call 5 ended", b=77)),
        ("came back twice", put_before("thread 1 ended", (Kind.CALL_RETURNED, {**CALL, "call": 1, "thread": 1}))),
        ("came back from the door", without("call 3 released")),
        ("ended inside a call", without("call 8 raised")),
    ],
    "S5": [
        ("entered what is destroyed", changed("call 5 entered", a=OLD)),
        ("destroyed in use", moved_before("call 3 returned", "mediator destroyed")),
        ("destroyed while inside", moved_before("call 2 ended", "old destroyed")),
        ("entry left on the mediator", without("commit 2")),
        ("interposer destroyed in use", moved_before("call 5 postcall", "interposer destroyed")),
    ],
    "S6": [
        ("never counted out", without("call 2 left")),
        ("counted out early", moved_before("call 2 ended", "call 2 left")),
        ("counted out twice", put_before("call 2 returned", (Kind.CALL_LEFT, {**CALL, "call": 2, "a": 1}))),
    ],
    "S7": [("overtaken", changed("call 4 ended", a=tag_of(2, 9)))],
    "S8": [("recursive call blocked", put_before("call 4 began", (Kind.CALL_BLOCKED, {**CALL, "call": 4, "thread": 2,
                                                                                  "a": 1})))],
    "S9": [
        ("blocked in FORWARD", moved_before("call 2 tracked", "thread 3 started", "call 3 entered", "call 3 blocked")),
        ("waits in FORWARD", put_before("block", (Kind.THREAD_WAITED, {"thread": 9, "a": Wait.DOOR,
                                                                       "subject": MEDIATOR}))),
    ],
    "S10": [
        ("let in by the closed door", moved_before("thread 3 started", "call 2 tracked")),
        ("anyone is recursive", changed("call 4 recursive", thread=3)),
        ("past the door", put_before("transfer", (Kind.CALL_ENTERED, {**CALL, "a": OLD}))),
    ],
    "S11": [
        ("not the best protocol", changed("swap 1 negotiated", b=0)),
        ("another protocol", changed("unpackaged state", method=1)),
        ("another state", changed("unpackaged state", b=1)),
    ],
    "S12": [
        ("entry left on the mediator", without("back 2")),
        ("new one installed", put_before("second mediator destroyed", (Kind.CALL_ENTERED, {**CALL, "a": THIRD}))),
        ("left at the door", moved_before("call 3 released", "mediator destroyed")),
    ],
    "S13": [
        ("another exception", changed("call 8 raised", b="RuntimeError: surprise")),
        ("swallowed", put_before("call 8 raised", (Kind.CALL_RETURNED, {**CALL, "call": 8, "thread": 7}))),
    ],
    "S14": [
        ("attach in a swap", moved_before("transfer", "interposer")),
        ("detach in a swap", moved_before("thread 5 started", "detached")),
    ],
    "S15": [
        ("entry left", changed("commit 2", a=OLD)),
        ("served by the old one again", put_before("quiescence 2 requested",
                                                   (Kind.CALL_ENTERED, {**CALL, "a": OLD, "client": 2}))),
    ],
    "Q1": [("thread lives on", moved_before("mediator destroyed", "thread 3 ended"))],
    "Q2": [("lives through three advances", moved_before("quiescence 3 reached", "thread 3 ended"))],
    "Q3": [
        ("leaves another generation", changed("thread 1 ended", a=1)),
        ("counts one too many", changed("advance 1 of 0", b=1)),
        ("out of turn", changed("advance 3 of 0", a=5)),
    ],
    "Q4": [("one advance only", without("advance 2 of 0", "advance 2 of 1"))],
    "Q5": [("one processor only", without("advance 2 of 1"))],
    "Q6": [("answered twice", put_before("mediator destroyed", (Kind.QUIESCENCE_REACHED, {"a": 2})))],
    "I1": [
        ("no POSTCALL", without("call 5 postcall")),
        ("PRECALL twice", put_before("call 5 began", (Kind.PRECALL_RAN, {**CALL, "call": 5, "subject": INTERPOSER}))),
        ("PRECALL inside", moved_before("call 5 ended", "call 5 precall")),
        ("POSTCALL inside", moved_before("call 5 ended", "call 5 postcall")),
    ],
    "I2": [
        ("no PRECALL", without("call 5 precall")),
        ("entry not written", without("attach 2")),
        ("after it was detached", put_before("quiescence 3 requested", (Kind.CALL_ENTERED, {**CALL, "a": NEW}),
                                              (Kind.PRECALL_RAN, {**CALL, "subject": INTERPOSER}))),
    ],
    "I3": [("blocked by an attach", put_before("attached", (Kind.CALL_BLOCKED, {**CALL, "a": 2})))],
    "I4": [
        ("freed at once", moved_before("quiescence 3 requested", "interposer destroyed")),
        ("freed while attached", without("detached")),
    ],
    "I5": [("another result", changed("answer 5", a=7))],
    "I6": [
        ("entry left", without("detach 2")),
        ("entry written back", put_before("quiescence 3 requested",
                                          (Kind.ENTRY_WRITTEN, {"subject": OBJECT, "a": INTERPOSER, "client": 1}))),
    ],
    "L5": [
        ("never woken", moved_before("thread 7 started", "thread 3 readied")),
        ("blocked when it is over", moved_before("thread 3 ended", "call 3 blocked")),
    ],
    "L6": [("kept through a retry", moved_before("abandoned", "thread 6 readied"))],
}  # fmt: skip


def held_over(edit: Edit | None = None) -> tuple[Invariants, Trace]:
    rows = clean_rows()
    trace = trace_of_rows(edit(rows) if edit else rows)
    return Projection(trace, InvariantsFold(trace)).at(trace.head), trace


def test_clean_run_breaks_no_rule() -> None:
    state, trace = held_over()
    assert state.violations == ()
    assert (state.hold, state.rows) == (True, trace.head)


@pytest.mark.parametrize(
    ("rule", "edit"),
    [pytest.param(rule, edit, id=f"{rule} {words}") for rule, cases in PLANTED.items() for words, edit in cases],
)
def test_each_rule_catches_what_is_planted_against_it(rule: str, edit: Edit) -> None:
    state, _ = held_over(edit)
    assert rule in {violation.rule for violation in state.violations}, state.violations


ENDINGS: dict[str, Ending] = {
    "L1": Ending(0),
    "L2": Ending(0),
    "L3": Ending(0),
    "L4": Ending(0, waiting=(Waiting(3, "writer", "a lock", 4),)),
}


def cut_before(name: str) -> InvariantWatch:
    """A watch over the clean run up to a row."""
    watch = InvariantWatch()
    rows = clean_rows()
    trace = trace_of_rows(rows[: [row[0] for row in rows].index(name)])
    assert watch.see(trace.events(0, watch.kinds)) is None
    return watch


@pytest.mark.parametrize(
    ("rule", "cut", "ending"),
    [
        ("L1", "call 3 released", Ending(0)),
        ("L2", "second mediator destroyed", Ending(0)),
        ("L2", "swap 1 negotiated", Ending(0)),
        ("L3", "quiescence 2 reached", Ending(0)),
        ("L4", "thread 7 started", Ending(0, waiting=(Waiting(3, "writer", "a lock", 4),))),
        ("L4", "thread 7 started", Ending(0, endless=True)),
    ],
)
def test_a_run_that_ends_too_soon_breaks_the_rule_of_what_is_left_undone(rule: str, cut: str, ending: Ending) -> None:
    watch = cut_before(cut)
    watch.end(ending)
    assert rule in {violation.rule for violation in watch.books.found}


def test_a_run_that_ends_as_it_should_leaves_nothing_undone() -> None:
    watch = cut_before("thread 7 started")
    assert watch.end(Ending(0)) is None


def test_every_rule_has_something_planted_against_it() -> None:
    assert {rule.number for rule in RULES} == {*PLANTED, *ENDINGS}
    assert len(SENTENCE_OF) == len(RULES)


def test_violation_names_the_row_and_the_one_that_it_conflicts_with() -> None:
    state, trace = held_over(moved_before("call 2 ended", "transfer"))
    first = state.violations[0]
    assert trace.event(first.position).kind == Kind.PHASE_ENTERED
    assert (trace.event(first.other).kind, trace.event(first.other).call) == (Kind.ACTIVATION_BEGAN, 2)
    assert first.message == "call 2 is inside as the transfer begins"


def test_any_cut_gives_the_same_state() -> None:
    trace = trace_of_rows(clean_rows())
    whole = InvariantsFold().apply(InvariantsFold().initial(), 0, trace.rows(0, trace.head))
    draw = random.Random(1)
    pieces = folded_in_pieces(InvariantsFold(), trace, [draw.randrange(trace.head) for _ in range(40)])
    assert pieces == whole
    assert pieces.books.memory() == whole.books.memory()


def test_state_stays_as_it_was_when_more_rows_come() -> None:
    trace = trace_of_rows(changed("call 8 raised", b="other")(clean_rows()))
    fold = InvariantsFold()
    before = fold.apply(fold.initial(), 0, trace.rows(0, 60))
    memory = before.books.memory()
    fold.apply(before, 60, trace.rows(60, trace.head))
    assert (before.hold, before.books.memory()) == (True, memory)


def test_only_the_rules_that_are_asked_for_are_held() -> None:
    watch = InvariantWatch(frozenset({"S4"}))
    trace = trace_of_rows(moved_before("call 2 ended", "transfer")(clean_rows()))
    assert watch.see(trace.events(0, watch.kinds)) is None


def test_memory_names_no_call_by_its_number_and_no_row_by_its_position() -> None:
    """Two orders of the same things are one state to an exploration."""
    first, second = clean_rows(), clean_rows()
    place = [row[0] for row in second].index("thread 1 started")
    second.insert(place, ("planted", Kind.THREAD_DISPATCHED, {"thread": 1}))
    for _, _, fields in second:
        if "call" in fields:
            fields["call"] += 100
    memories: list[Any] = []
    for rows in (first, second):
        names = [row[0] for row in rows]
        trace = trace_of_rows(rows[: names.index("transfer")])
        memories.append(Projection(trace, InvariantsFold(trace)).at(trace.head).books.memory())
    assert memories[0] == memories[1]


def test_of_many_violations_the_first_hundred_are_kept() -> None:
    rows = clean_rows()
    returned = (Kind.CALL_RETURNED, {**CALL, "call": 1, "thread": 1})
    trace = trace_of_rows(put_before("thread 1 ended", *[returned] * 150)(rows))
    state = Projection(trace, InvariantsFold(trace)).at(trace.head)
    assert (state.broken, len(state.violations)) == (150, 100)
