"""What became of each request, and what its receipt says."""

from __future__ import annotations

import doctest
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.projections import receipt, swaps
from model.projections.swaps import Fate, FateSort, Swap, Swaps, SwapsFold
from model.trace.events import Kind, Phase
from model.trace.trace import Trace
from tests.projections.folding import folded, folded_in_pieces, trace_of
from tests.synthetic import LAST_REQUEST, synthetic_trace

CACHE, SLOW, FAST, TIMER, FILE, OLD, NEW, MEDIATOR, SHELL = range(1, 10)
ON_FILE = {"subject": FILE, "a": 1}
WORLD = (
    (Kind.INTERFACE_KNOWN, 0, {"subject": CACHE, "b": "cache"}),
    (Kind.PROTOCOL_KNOWN, 0, {"subject": CACHE, "a": 12, "b": "pages"}),
    (Kind.IMPLEMENTATION_KNOWN, 0, {"subject": SLOW, "a": CACHE, "b": "slow"}),
    (Kind.SUBJECT_TITLED, 0, {"subject": SLOW, "b": "Cache, slow"}),
    (Kind.VECTOR_KNOWN, 0, {"subject": SLOW, "a": 0x1001}),
    (Kind.IMPLEMENTATION_KNOWN, 0, {"subject": FAST, "a": CACHE, "b": "fast"}),
    (Kind.SUBJECT_TITLED, 0, {"subject": FAST, "b": "Cache, fast"}),
    (Kind.VECTOR_KNOWN, 0, {"subject": FAST, "a": 0x3000}),
    (Kind.WRAPPER_KNOWN, 0, {"subject": TIMER, "a": 0, "b": "timer"}),
    (Kind.OBJECT_CREATED, 0, {"subject": FILE, "a": CACHE, "b": "file 17"}),
    (Kind.INSTANCE_CREATED, 0, {"subject": OLD, "a": SLOW, "b": FILE}),
    (Kind.ENTRY_MADE, 0, {"subject": FILE, "a": OLD, "b": 17, "client": 1}),
    (Kind.ENTRY_MADE, 0, {"subject": FILE, "a": OLD, "b": 3, "client": 2}),
)
ASKED = (Kind.SWAP_REQUESTED, 100, {**ON_FILE, "b": FAST})
BEGUN = (
    ASKED,
    (Kind.PROTOCOL_NEGOTIATED, 110, {**ON_FILE, "b": 12}),
    (Kind.INSTANCE_CREATED, 120, {"subject": NEW, "a": FAST, "b": FILE}),
    (Kind.MEDIATOR_CREATED, 130, {"subject": MEDIATOR, "a": 1, "b": FILE}),
    (Kind.PHASE_ENTERED, 130, {**ON_FILE, "b": Phase.FORWARD}),
    (Kind.ENTRY_WRITTEN, 140, {"subject": FILE, "a": MEDIATOR, "b": OLD, "client": 1}),
    (Kind.ENTRY_WRITTEN, 150, {"subject": FILE, "a": MEDIATOR, "b": OLD, "client": 2}),
    (Kind.MEDIATOR_INSTALLED, 160, {**ON_FILE, "b": MEDIATOR}),
)
TRANSFER = (
    (Kind.PHASE_ENTERED, 300, {**ON_FILE, "b": Phase.TRANSFER}),
    (Kind.STATE_PACKAGED, 310, {**ON_FILE, "b": 4096, "until_ns": 330}),
    (Kind.STATE_UNPACKAGED, 330, {**ON_FILE, "b": 4096, "until_ns": 350}),
    (Kind.ENTRY_WRITTEN, 360, {"subject": FILE, "a": NEW, "b": MEDIATOR, "client": 1}),
    (Kind.ENTRY_WRITTEN, 370, {"subject": FILE, "a": NEW, "b": MEDIATOR, "client": 2}),
    (Kind.SWAP_COMPLETED, 380, {**ON_FILE, "b": NEW}),
)


def fate(kind: Kind, at_ns: int, call: int, b: int = 0) -> tuple:
    return (kind, at_ns, {**ON_FILE, "call": call, "thread": 50 + call, "client": 1, "cause": 1000 + call, "b": b})


def phase(at_ns: int, entered: Phase) -> tuple:
    return (Kind.PHASE_ENTERED, at_ns, {**ON_FILE, "b": entered})


def retry(at_ns: int, which: int) -> tuple:
    return (Kind.SWAP_RETRIED, at_ns, {**ON_FILE, "b": which, "until_ns": at_ns + 50})


def swaps_of(*rows: tuple) -> Swaps:
    trace = trace_of(*WORLD, *rows)
    return folded(SwapsFold(trace), trace)


def swap_of(*rows: tuple, request: int = 1) -> Swap:
    return swaps_of(*rows).by_request[request]


def counts_of(swap: Swap) -> dict[str, int]:
    return {name: getattr(swap, name) for name in ("untracked", "tracked", "recursive", "blocked", "waiting_now")}


def ask(request: int, at_ns: int = 400) -> tuple:
    return (Kind.SWAP_REQUESTED, at_ns, {"subject": FILE, "a": request, "b": SLOW})


def abandon(request: int, at_ns: int = 410, reason: str = "cancelled") -> tuple:
    return (Kind.SWAP_ABANDONED, at_ns, {"subject": FILE, "a": request, "b": reason})


def test_a_swap_that_was_asked_for_knows_both_sides_and_their_vectors() -> None:
    assert swap_of(ASKED) == Swap(
        request=1,
        sort="swap",
        object=FILE,
        component="file 17",
        requested_ns=100,
        from_implementation=SLOW,
        to_implementation=FAST,
        from_name="slow",
        from_title="Cache, slow",
        to_name="fast",
        to_title="Cache, fast",
        old_instance=OLD,
        old_vector=0x1001,
        new_vector=0x3000,
        entries_total=2,
    )


def test_a_completed_swap_tells_its_whole_way() -> None:
    freed = (Kind.INSTANCE_DESTROYED, 500, {"subject": OLD, "b": FILE})
    assert swap_of(*BEGUN, phase(200, Phase.BLOCK), *TRANSFER, freed) == replace(
        swap_of(ASKED),
        mediator=MEDIATOR,
        new_instance=NEW,
        protocol_bit=12,
        protocol_name="pages",
        installed_ns=160,
        spans=((Phase.FORWARD, 130, 200), (Phase.BLOCK, 200, 300), (Phase.TRANSFER, 300, 380)),
        bytes=4096,
        package_from_ns=310,
        package_until_ns=330,
        unpackage_from_ns=330,
        unpackage_until_ns=350,
        entries_written=2,
        outcome=Phase.COMPLETED,
        ended_ns=380,
        freed_ns=500,
    )


def test_entries_count_as_written_when_they_no_longer_point_at_the_mediator() -> None:
    written = [swap_of(*BEGUN, *TRANSFER[:length]).entries_written for length in range(len(TRANSFER) + 1)]
    assert written == [0, 0, 0, 0, 1, 2, 2]


def test_a_retried_swap_goes_forward_again_and_its_times_are_summed() -> None:
    tried = (phase(200, Phase.BLOCK), retry(230, 1), phase(280, Phase.FORWARD), phase(290, Phase.BLOCK))
    swap = swap_of(*BEGUN, *tried, abandon(1))
    assert swap.spans == (
        (Phase.FORWARD, 130, 200),
        (Phase.BLOCK, 200, 230),
        (Phase.FORWARD, 230, 290),
        (Phase.BLOCK, 290, 410),
    )
    assert (swap.forward_ns, swap.block_ns, swap.transfer_ns, swap.retries) == (130, 150, 0, 1)


def test_a_call_counts_once_in_each_fate_whatever_its_retries() -> None:
    swap = swap_of(
        *BEGUN,
        fate(Kind.CALL_UNTRACKED, 160, 1),
        phase(200, Phase.BLOCK),
        fate(Kind.CALL_BLOCKED, 210, 2),
        fate(Kind.CALL_BLOCKED, 215, 3),
        retry(230, 1),
        fate(Kind.CALL_RELEASED, 240, 2),
        fate(Kind.CALL_TRACKED, 240, 2),
        fate(Kind.CALL_RELEASED, 250, 3),
        phase(280, Phase.BLOCK),
        fate(Kind.CALL_BLOCKED, 281, 3),
        fate(Kind.CALL_RECURSIVE, 285, 4),
    )
    assert counts_of(swap) == {"untracked": 1, "tracked": 1, "recursive": 1, "blocked": 2, "waiting_now": 1}


def test_the_time_at_the_door_is_summed_over_tries_for_each_call() -> None:
    swap = swap_of(
        *BEGUN,
        fate(Kind.CALL_BLOCKED, 200, 1),
        fate(Kind.CALL_BLOCKED, 210, 2),
        fate(Kind.CALL_RELEASED, 240, 1),
        fate(Kind.CALL_RELEASED, 270, 2, b=1),
        fate(Kind.CALL_BLOCKED, 280, 1),
        fate(Kind.CALL_RELEASED, 310, 1, b=1),
    )
    assert (swap.longest_blocked_ns, swap.total_blocked_ns) == (70, 130)


def test_calls_that_are_released_after_the_outcome_still_count() -> None:
    blocked = (fate(Kind.CALL_BLOCKED, 210, 1),)
    released = (fate(Kind.CALL_RELEASED, 390, 1, b=1),)
    swap = swap_of(*BEGUN, phase(200, Phase.BLOCK), *blocked, *TRANSFER, *released)
    assert (swap.blocked, swap.waiting_now, swap.longest_blocked_ns) == (1, 0, 180)


def test_a_tracked_call_has_left_once_however_it_ends() -> None:
    end = {"subject": FILE, "call": 1}
    tracked = (*BEGUN, fate(Kind.CALL_TRACKED, 200, 1))
    left = swap_of(*tracked, fate(Kind.CALL_LEFT, 220, 1), (Kind.CALL_RETURNED, 225, end))
    raised = swap_of(*tracked, (Kind.CALL_RAISED, 225, {**end, "b": "KeyError"}))
    assert [(swap.tracked, swap.left, swap.fates[1].ended_ns) for swap in (left, raised)] == [(1, 1, 220), (1, 1, 225)]


def test_an_untracked_call_is_followed_to_its_return() -> None:
    returned = (Kind.CALL_RETURNED, 190, {"subject": FILE, "call": 1})
    swap = swap_of(*BEGUN, fate(Kind.CALL_UNTRACKED, 160, 1), returned)
    assert (swap.untracked_left, swap.fates) == (
        1,
        {1: Fate(1, 51, 1, 0, 1001, FateSort.UNTRACKED, 1 << FateSort.UNTRACKED, 160, 160, ended_ns=190)},
    )


def test_a_receipt_under_way_includes_the_open_phase_and_those_who_wait() -> None:
    swap = swap_of(*BEGUN, phase(200, Phase.BLOCK), fate(Kind.CALL_BLOCKED, 210, 1), fate(Kind.CALL_BLOCKED, 220, 2))
    now = swap.receipt(250)
    assert (now.forward_ns, now.block_ns, now.transfer_ns, now.total_ns) == (70, 50, 0, 120)
    assert (now.longest_blocked_ns, now.total_blocked_ns, now.standing) == (40, 70, "BLOCK")


def test_cancel_is_possible_in_forward_and_block_only_and_once() -> None:
    cancel = (Kind.CANCEL_REQUESTED, 205, ON_FILE)
    block = (*BEGUN, phase(200, Phase.BLOCK))
    stages: Sequence[tuple[tuple, ...]] = ((ASKED,), BEGUN, block, (*block, cancel), (*block, TRANSFER[0]))
    assert [swap_of(*stage).cancellable for stage in stages] == [False, True, True, False, False]


def test_a_refused_request_says_why_and_is_over() -> None:
    refused = (Kind.REQUEST_REFUSED, 105, {**ON_FILE, "b": "file 17 is in transition already"})
    swap = swap_of(ASKED, refused)
    assert (swap.refused, swap.over, swap.outcome, swap.reason, swap.receipt(110).standing) == (
        True, True, None, "file 17 is in transition already", "REFUSED",
    )  # fmt: skip


def test_a_queued_swap_goes_from_what_it_finds_when_its_turn_comes() -> None:
    queued = (ask(2, 170), (Kind.REQUEST_QUEUED, 170, {"subject": FILE, "a": 2, "b": 1}))
    waiting = swap_of(*BEGUN, *queued, request=2)
    turn = (Kind.PROTOCOL_NEGOTIATED, 390, {"subject": FILE, "a": 2, "b": 12})
    begun = swap_of(*BEGUN, *queued, *TRANSFER, turn, request=2)
    assert [(swap.waits_for, swap.from_name, swap.old_instance) for swap in (waiting, begun)] == [
        (1, "slow", OLD),
        (0, "fast", NEW),
    ]


def test_the_request_that_holds_an_object_is_told_from_those_that_wait() -> None:
    state = swaps_of(*BEGUN, ask(2, 170), (Kind.REQUEST_QUEUED, 170, {"subject": FILE, "a": 2, "b": 1}))
    assert state.under_way(FILE) == state.by_request[1]
    assert [swap.request for swap in state.of_object(FILE)] == [1, 2]


def test_attach_and_detach_have_receipts_of_their_own() -> None:
    attach = (
        (Kind.ATTACH_REQUESTED, 10, {**ON_FILE, "b": TIMER}),
        (Kind.INTERPOSER_CREATED, 11, {"subject": SHELL, "a": TIMER, "b": FILE}),
        (Kind.ENTRY_WRITTEN, 12, {"subject": FILE, "a": SHELL, "b": OLD, "client": 1}),
        (Kind.ENTRY_WRITTEN, 13, {"subject": FILE, "a": SHELL, "b": OLD, "client": 2}),
        (Kind.INTERPOSER_ATTACHED, 14, {**ON_FILE, "b": SHELL}),
    )
    detach = (
        (Kind.DETACH_REQUESTED, 20, {"subject": FILE, "a": 2, "b": SHELL}),
        (Kind.ENTRY_WRITTEN, 22, {"subject": FILE, "a": OLD, "b": SHELL, "client": 1}),
        (Kind.ENTRY_WRITTEN, 23, {"subject": FILE, "a": OLD, "b": SHELL, "client": 2}),
        (Kind.INTERPOSER_DETACHED, 24, {"subject": FILE, "a": 2, "b": SHELL}),
        (Kind.INTERPOSER_DESTROYED, 30, {"subject": SHELL, "b": FILE}),
    )
    both: dict[str, Any] = {
        "object": FILE, "component": "file 17", "wrapper": TIMER, "wrapper_title": "timer", "interposer": SHELL,
        "outcome": Phase.COMPLETED, "entries_total": 2, "entries_written": 2,
    }  # fmt: skip
    assert list(swaps_of(*attach, *detach).by_request.values()) == [
        Swap(request=1, sort="attach", requested_ns=10, installed_ns=14, ended_ns=14, **both),
        Swap(request=2, sort="detach", requested_ns=20, installed_ns=24, ended_ns=24, freed_ns=30, **both),
    ]


def test_the_json_of_a_receipt_is_what_run_prints() -> None:
    trace, clock = synthetic_trace(0, "completed", abandoned=True)
    state = folded(SwapsFold(trace), trace)
    assert state.by_request[LAST_REQUEST].receipt(clock.now_ns).as_json() == {
        "component": "FCM file 17",
        "from": "fcm_single",
        "to": "fcm_replicated",
        "outcome": "COMPLETED",
        "reason": "",
        "protocol": "whole page table",
        "phases": {"forward_ns": 18_200, "block_ns": 6_000, "transfer_ns": 2_300},
        "untracked": 2,
        "tracked": 5,
        "recursive": 1,
        "blocked": 4,
        "retries": 0,
        "longest_blocked_ns": 8_160,
    }
    assert state.by_request[LAST_REQUEST + 1].receipt(clock.now_ns).as_json() == {
        "component": "pager",
        "from": "pager_lru",
        "to": "pager_fifo",
        "outcome": "ABANDONED",
        "reason": "BLOCK took longer than 3 µs, 2 times",
        "protocol": "null swap",
        "phases": {"forward_ns": 34_300, "block_ns": 6_400, "transfer_ns": 0},
        "untracked": 0,
        "tracked": 0,
        "recursive": 0,
        "blocked": 2,
        "retries": 1,
        "longest_blocked_ns": 2_630,
    }


def test_the_markdown_of_a_receipt_reads_as_a_table() -> None:
    assert swap_of(*BEGUN, phase(200, Phase.BLOCK), *TRANSFER).receipt(0).markdown() == (
        "### file 17: COMPLETED, 250 ns\n"
        "\n"
        "Cache, slow to Cache, fast\n"
        "\n"
        "| | |\n"
        "|---|---:|\n"
        "| FORWARD | 70 ns |\n"
        "| BLOCK | 100 ns |\n"
        "| TRANSFER | 80 ns |\n"
        "| untracked calls | 0 |\n"
        "| tracked calls | 0 |\n"
        "| recursive calls | 0 |\n"
        "| blocked calls | 0 |\n"
        "| longest blocked | 0 ns |\n"
        "| total blocked time | 0 ns |\n"
        "| protocol | pages, bit 12 |\n"
        "| old vector | 0x0000000000001001 |\n"
        "| new vector | 0x0000000000003000 |\n"
        "| state | 4096 bytes |\n"
        "| retries | 0 |\n"
        "| table entries written | 2 of 2 |\n"
    )


def test_old_requests_are_let_go_and_stay_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(swaps, "ENDED_KEPT", 3)
    monkeypatch.setattr(swaps, "FATES_REMEMBERED", 1)
    met = {"subject": FILE, "call": 7}
    rows = [
        row
        for number in range(1, 6)
        for row in (ask(number), (Kind.CALL_TRACKED, 400, {**met, "a": number}), abandon(number, 400))
    ]
    state = swaps_of(*rows)
    assert (list(state.by_request), state.abandoned) == ([3, 4, 5], 5)
    assert [(swap.tracked, len(swap.fates)) for swap in state.by_request.values()] == [(1, 0), (1, 0), (1, 1)]


def test_calls_that_are_over_make_room_and_stay_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(swaps, "FATES_KEPT", 3)
    rows = [row for n in range(1, 9) for row in (fate(Kind.CALL_TRACKED, 200, n), fate(Kind.CALL_LEFT, 200, n))]
    swap = swap_of(*BEGUN, fate(Kind.CALL_UNTRACKED, 160, 99), *rows)
    assert (list(swap.fates), swap.untracked, swap.tracked, swap.left) == ([99, 7, 8], 1, 8, 8)


def test_a_cancel_that_comes_too_late_does_not_refuse_the_swap() -> None:
    refused = (Kind.REQUEST_REFUSED, 340, {**ON_FILE, "b": "the state is moving"})
    assert swap_of(*BEGUN, *TRANSFER[:3], refused) == swap_of(*BEGUN, *TRANSFER[:3])


@pytest.fixture(scope="module")
def story() -> Trace:
    return synthetic_trace(60, "completed", abandoned=True)[0]


@settings(max_examples=20)
@given(st.lists(st.integers(0, 10_000), max_size=30))
def test_any_cut_of_the_rows_gives_the_same_swaps(story: Trace, cuts: list[int]) -> None:
    fold = SwapsFold(story)
    assert folded_in_pieces(fold, story, cuts) == folded(fold, story)


def test_calls_that_no_swap_met_cost_no_new_state(story: Trace) -> None:
    fold = SwapsFold(story)
    state = folded(fold, story)
    calls = trace_of(*((kind, 1, {"call": 9_000, "subject": FILE}) for kind in (Kind.CALL_ENTERED, Kind.CALL_RETURNED)))
    assert fold.apply(state, story.head, calls.rows(0, 2)) is state


def test_the_examples_in_the_docstrings_are_true() -> None:
    assert doctest.testmod(receipt).failed == 0
