"""Spans of time as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.durations import LONGEST_NS, parse, written


@pytest.mark.parametrize(
    ("text", "time_ns"),
    [
        ("2 ms", 2_000_000),
        ("50ms", 50_000_000),
        ("18 us", 18_000),
        ("18 µs", 18_000),
        ("18 μs", 18_000),
        ("500 ns", 500),
        ("1.5 s", 1_500_000_000),
        ("0.001 us", 1),
        (" 0 ns ", 0),
    ],
)
def test_span_is_a_number_and_a_unit(text: str, time_ns: int) -> None:
    assert parse(text) == time_ns


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("2", "'2' is not a time"),
        ("", "'' is not a time"),
        ("-2 ms", "'-2 ms' is not a time"),
        ("2 min", "'2 min' is not a time"),
        ("1e3 ms", "'1e3 ms' is not a time"),
        ("0.5 ns", "'0.5 ns' is not a whole number of nanoseconds"),
        ("999999999999 s", "'999999999999 s' is longer than 31 years"),
        ("9" * 5_000 + " s", f"{'9' * 40!r} is not a time"),
    ],
)
def test_what_is_no_span_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse(text)
    assert str(caught.value) == complaint


@given(st.integers(0, LONGEST_NS))
def test_what_is_written_is_read_again(time_ns: int) -> None:
    assert parse(written(time_ns)) == time_ns
