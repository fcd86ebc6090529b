"""The trace: rows, chunks, capacity, texts and the fingerprint."""

from __future__ import annotations

import struct
from hashlib import blake2b

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.trace.events import MEANINGS, Kind
from model.trace.fingerprint import text_number
from model.trace.trace import CHUNK_ROWS, ROW, TEXT_KINDS, Event, Trace, kinds
from tests.synthetic import synthetic_trace


def filled(rows: int, capacity: int = 1 << 20) -> Trace:
    """A trace with that many returned calls, ten ns apart."""
    trace = Trace(capacity)
    for number in range(rows):
        trace.append(Kind.CALL_RETURNED, 10 * number, call=number)
    return trace


def test_row_is_64_bytes() -> None:
    assert ROW.itemsize == 64


def test_event_gives_back_what_was_appended() -> None:
    trace = Trace()
    position = trace.append(Kind.CALL_ENTERED, 7, 9, 3, 4, -5, 6, thread=8, subject=10, method=2, client=1, processor=3)
    assert trace.event(position) == Event(0, 7, 9, 3, 4, -5, 6, 8, 10, Kind.CALL_ENTERED, 2, 1, 3)


def test_fields_of_an_event_and_columns_of_a_row_have_the_same_order() -> None:
    assert Event._fields[1:] == ROW.names


def test_vector_with_bit_63_comes_as_a_signed_number() -> None:
    trace = Trace()
    trace.append(Kind.VECTOR_KNOWN, 0, a=(1 << 63 | 1) - (1 << 64))
    assert trace.rows(0, 1)["a"].view(np.uint64)[0] == 1 << 63 | 1


def test_value_that_does_not_fit_leaves_the_trace_as_it_was() -> None:
    trace = filled(3)
    before = trace.fingerprint()
    with pytest.raises(struct.error):
        trace.append(Kind.CALL_ENTERED, 100, processor=1 << 15)
    assert (trace.head, trace.fingerprint()) == (3, before)


def test_time_does_not_go_back() -> None:
    trace = filled(3)
    with pytest.raises(AssertionError, match="goes back"):
        trace.append(Kind.CALL_ENTERED, 19)


def test_rows_that_come_packed_stand_among_the_others() -> None:
    appended, packed = filled(2 * CHUNK_ROWS + 5), filled(3)
    for row in appended.rows(3, appended.head):
        packed.fresh.append(row.tobytes())
    assert packed.head == appended.head
    assert (packed.rows(0, packed.head) == appended.rows(0, appended.head)).all()
    assert packed.fingerprint() == appended.fingerprint()


def test_time_does_not_go_back_among_rows_that_come_packed() -> None:
    trace = filled(CHUNK_ROWS - 1)
    trace.fresh.append(filled(1).rows(0, 1).tobytes())
    with pytest.raises(AssertionError, match="goes back"):
        trace.file()


def test_watchers_are_told_of_each_chunk_that_fills_up_with_packed_rows() -> None:
    heads: list[int] = []

    class Watching:
        def chunk_filled(self, head: int) -> None:
            heads.append(head)

    trace, watching = filled(0), Watching()
    trace.watch(watching)
    trace.fresh += [row.tobytes() for row in filled(2 * CHUNK_ROWS + 5).rows(0, 2 * CHUNK_ROWS + 5)]
    trace.file()
    assert heads == [CHUNK_ROWS, 2 * CHUNK_ROWS]


def test_a_watcher_that_reads_is_told_of_each_chunk_once_and_in_order() -> None:
    """As a projection does, which reads up to the chunk that it is told of."""
    told: list[tuple[int, int]] = []

    class Reading:
        def chunk_filled(self, head: int) -> None:
            told.extend((first, len(rows)) for first, rows in trace.chunks(head - CHUNK_ROWS, head))

    trace, reading = Trace(2 * CHUNK_ROWS), Reading()
    trace.watch(reading)
    trace.fresh += [row.tobytes() for row in filled(5 * CHUNK_ROWS).rows(0, 5 * CHUNK_ROWS)]
    trace.file()
    assert told == [(number * CHUNK_ROWS, CHUNK_ROWS) for number in range(5)]
    assert trace.tail == 4 * CHUNK_ROWS


def test_rows_inside_a_chunk_are_not_copied() -> None:
    trace = filled(CHUNK_ROWS + 10)
    assert np.shares_memory(trace.rows(5, 20), trace.rows(0, CHUNK_ROWS))


def test_rows_across_chunks_are_in_order() -> None:
    trace = filled(3 * CHUNK_ROWS)
    assert trace.rows(100, 3 * CHUNK_ROWS - 7)["call"].tolist() == list(range(100, 3 * CHUNK_ROWS - 7))


def test_rows_are_read_only() -> None:
    trace = filled(3)
    with pytest.raises(ValueError, match="read-only"):
        trace.rows(0, 3)["a"] = 1


def test_chunks_name_the_position_of_their_first_row() -> None:
    trace = filled(2 * CHUNK_ROWS + 50)
    cuts = [(first, len(rows)) for first, rows in trace.chunks(4000, 2 * CHUNK_ROWS + 50)]
    assert cuts == [(4000, 96), (4096, 4096), (8192, 50)]


def test_no_rows_are_an_empty_array() -> None:
    assert filled(3).rows(2, 2).dtype == ROW


def test_old_chunks_are_let_go() -> None:
    trace = filled(5 * CHUNK_ROWS + 1, capacity=2 * CHUNK_ROWS)
    assert (trace.tail, trace.head) == (4 * CHUNK_ROWS, 5 * CHUNK_ROWS + 1)


@pytest.mark.parametrize(("first", "last"), [(0, 5000), (8191, 8193), (9000, 99999)])
def test_rows_outside_what_is_held_are_refused(first: int, last: int) -> None:
    trace = filled(4 * CHUNK_ROWS, capacity=2 * CHUNK_ROWS)
    with pytest.raises(IndexError, match="the trace holds 12288 to 16384"):
        trace.rows(first, last)
    with pytest.raises(IndexError):
        trace.event(trace.head)


@pytest.mark.parametrize("rows", [0, 1, CHUNK_ROWS, CHUNK_ROWS + 1, 5 * CHUNK_ROWS + 9])
def test_position_at_counts_the_rows_up_to_an_instant(rows: int) -> None:
    trace = filled(rows, capacity=3 * CHUNK_ROWS)
    for position in {0, 1, rows // 2, rows - 1, rows, trace.tail, trace.tail + 1} & set(range(trace.tail, rows + 1)):
        assert trace.position_at(10 * position - 1) == position


def test_position_at_an_instant_counts_all_its_rows() -> None:
    trace = Trace()
    for _ in range(CHUNK_ROWS + 3):
        trace.append(Kind.CALL_RETURNED, 5)
    assert (trace.position_at(4), trace.position_at(5)) == (0, CHUNK_ROWS + 3)


def test_position_at_an_instant_that_is_no_longer_held_is_the_tail() -> None:
    trace = filled(5 * CHUNK_ROWS, capacity=2 * CHUNK_ROWS)
    assert trace.position_at(3) == trace.tail


def test_text_comes_back_by_its_number() -> None:
    trace = Trace()
    assert (trace.text(trace.intern("cancelled")), trace.text(0), trace.intern("")) == ("cancelled", "", 0)


def test_text_lives_as_long_as_a_row_that_uses_it() -> None:
    trace = Trace(2 * CHUNK_ROWS)
    number = trace.intern("it raised")
    for index in range(4 * CHUNK_ROWS):
        used = index < CHUNK_ROWS + 5
        trace.append(Kind.CALL_RAISED if used else Kind.CALL_RETURNED, index, b=number)
        assert bool(trace.text(number)) == (trace.tail < 2 * CHUNK_ROWS)


def test_text_interned_for_the_next_row_is_not_let_go_before() -> None:
    trace = filled(3 * CHUNK_ROWS, capacity=2 * CHUNK_ROWS)
    number = trace.intern("just now")
    for index in range(CHUNK_ROWS):
        trace.append(Kind.SWAP_ABANDONED, 10**6 + index, b=number)
    assert trace.text(number) == "just now"


def test_text_is_there_though_what_is_fresh_lets_chunks_go_as_it_is_interned() -> None:
    trace = Trace(2 * CHUNK_ROWS)
    trace.intern("why")
    trace.fresh += [row.tobytes() for row in filled(3 * CHUNK_ROWS).rows(0, 3 * CHUNK_ROWS)]
    assert trace.text(trace.intern("why")) == "why"


def test_name_is_never_let_go() -> None:
    trace = Trace(2 * CHUNK_ROWS)
    number = trace.intern("FCM file 17")
    trace.intern("FCM file 17", keep=True)
    for index in range(5 * CHUNK_ROWS):
        trace.append(Kind.CALL_RETURNED, index)
    assert trace.text(number) == "FCM file 17"


def test_texts_stay_bounded() -> None:
    trace = Trace(2 * CHUNK_ROWS)
    for index in range(6 * CHUNK_ROWS):
        trace.append(Kind.CALL_RAISED, index, b=trace.intern(f"error {index}"))
    assert len(trace._texts) <= 2 * CHUNK_ROWS + 1


def test_kinds_with_a_text_are_those_whose_meaning_says_so() -> None:
    assert Kind.CALL_RAISED in TEXT_KINDS
    assert all(("text:" in meaning.b) == (kind in TEXT_KINDS) for kind, meaning in MEANINGS.items())


def test_every_kind_has_a_meaning() -> None:
    assert set(MEANINGS) == set(Kind)


def test_kinds_masks_the_rows_of_those_kinds() -> None:
    trace = Trace()
    for kind in (Kind.CALL_ENTERED, Kind.CALL_RETURNED, Kind.CALL_RAISED):
        trace.append(kind, 0)
    assert kinds(trace.rows(0, 3), Kind.CALL_RAISED, Kind.CALL_ENTERED).tolist() == [True, False, True]


def test_fingerprint_is_the_digest_of_all_rows() -> None:
    trace = filled(2 * CHUNK_ROWS + 17)
    assert trace.fingerprint() == blake2b(trace.rows(0, trace.head).tobytes(), digest_size=16).hexdigest()


@settings(max_examples=20, deadline=None)
@given(st.sets(st.integers(0, 3 * CHUNK_ROWS)), st.integers(2, 4))
def test_fingerprint_depends_neither_on_capacity_nor_on_when_it_is_asked(asked: set[int], chunks: int) -> None:
    trace = Trace(chunks * CHUNK_ROWS)
    for number in range(3 * CHUNK_ROWS):
        trace.append(Kind.CALL_RETURNED, 10 * number, call=number)
        if number in asked:
            trace.fingerprint()
    assert trace.fingerprint() == FINGERPRINT


FINGERPRINT = filled(3 * CHUNK_ROWS).fingerprint()


def test_fingerprint_tells_texts_apart() -> None:
    prints = set()
    for text in ("one", "two"):
        trace = Trace()
        trace.append(Kind.SWAP_ABANDONED, 0, b=trace.intern(text))
        prints.add(trace.fingerprint())
    assert len(prints) == 2


def test_number_of_a_text_is_the_same_in_every_process() -> None:
    assert text_number("cancelled") == 1229910855075067001


def test_synthetic_trace_is_the_same_every_time() -> None:
    first, clock = synthetic_trace()
    second, _ = synthetic_trace()
    assert (first.fingerprint(), clock.now_ns) == (second.fingerprint(), 2_418_306)


def test_earlier_cut_of_the_synthetic_trace_is_a_prefix() -> None:
    whole, _ = synthetic_trace(until="completed")
    for until in ("start", "forward", "block", "transfer"):
        cut, _ = synthetic_trace(until=until)
        assert np.array_equal(cut.rows(0, cut.head), whole.rows(0, cut.head))


@pytest.mark.parametrize("abandoned", [False, True])
def test_calls_of_the_synthetic_trace_end_once(abandoned: bool) -> None:
    trace, _ = synthetic_trace(until="completed", abandoned=abandoned)
    rows = trace.rows(0, trace.head)
    entered = rows["call"][kinds(rows, Kind.CALL_ENTERED)]
    ended = rows["call"][kinds(rows, Kind.CALL_RETURNED, Kind.CALL_RAISED)]
    assert len(set(entered)) == len(entered)
    assert len(set(ended)) == len(ended)
    assert set(ended) <= set(entered)
