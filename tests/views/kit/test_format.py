"""How numbers are worded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from views.kit.format import (
    GAP,
    GROUP,
    clock_digits,
    duration_parts,
    format_bytes,
    format_clock,
    format_count,
    format_difference,
    format_duration,
    format_rate,
    format_signed_duration,
)


def plain(text):
    return text.replace(GROUP, " ").replace(GAP, " ")


@pytest.mark.parametrize(
    ("ns", "worded"),
    [
        (0, "0 ns"),
        (340, "340 ns"),
        (999, "999 ns"),
        (1_000, "1.0 µs"),
        (4_100, "4.1 µs"),
        (4_123, "4.12 µs"),
        (9_996, "10.0 µs"),
        (11_000, "11.0 µs"),
        (18_240, "18.2 µs"),
        (99_960, "100 µs"),
        (999_499, "999 µs"),
        (999_500, "1.0 ms"),
        (2_418_306, "2.42 ms"),
        (12_000_000_000, "12.0 s"),
        (1_234_000_000_000, "1 234 s"),
        (-4_100, "−4.1 µs"),
    ],
)
def test_a_duration_has_three_digits_and_a_unit(ns, worded):
    assert plain(format_duration(ns)) == worded


def test_a_padded_duration_keeps_its_last_zero():
    assert plain(format_duration(9_600, padded=True)) == "9.60 µs"


def test_a_duration_comes_apart_for_a_smaller_unit():
    assert duration_parts(4_100) == ("4.1", "µs")


@given(st.integers(0, 10**15))
def test_a_duration_is_within_half_a_unit_of_its_last_digit(ns):
    digits, unit = duration_parts(ns, padded=True)
    size = {"ns": 1, "µs": 10**3, "ms": 10**6, "s": 10**9}[unit]
    places = len(digits.partition(".")[2])
    assert abs(float(digits.replace(GROUP, "")) * size - ns) <= 0.5 * size / 10**places + 1e-6 * ns


@given(st.integers(0, 999 * 10**9))
def test_a_duration_has_at_most_three_digits(ns):
    assert sum(each.isdigit() for each in duration_parts(ns, padded=True)[0]) <= 3


def test_the_clock_is_grouped_by_three():
    assert plain(format_clock(2_418_306)) == "2.418 306 ms"


def test_the_clock_groups_long_runs_too():
    assert plain(clock_digits(1_234_418_306_007)) == "1 234 418.306 007"


def test_the_clock_begins_at_nought():
    assert plain(format_clock(0)) == "0.000 000 ms"


@pytest.mark.parametrize(("count", "worded"), [(0, "0"), (999, "999"), (31_204, "31 204"), (-1_000, "−1 000")])
def test_a_count_is_grouped_by_three(count, worded):
    assert plain(format_count(count)) == worded


@pytest.mark.parametrize(
    ("rate", "worded"),
    [(0, "0 /s"), (0.5, "0.5 /s"), (412, "412 /s"), (9_200, "9.2 k/s"), (88_123, "88.1 k/s"), (999_600, "1.0 M/s")],
)
def test_a_rate_has_three_digits(rate, worded):
    assert plain(format_rate(rate)) == worded


@pytest.mark.parametrize(
    ("count", "worded"),
    [(0, "0 B"), (1_023, "1 023 B"), (1_536, "1.5 KiB"), (98_304, "96 KiB"), (10 * 2**20 + 2**19, "10.5 MiB")],
)
def test_bytes_have_no_needless_zero(count, worded):
    assert plain(format_bytes(count)) == worded


@pytest.mark.parametrize(
    ("now", "before", "worded"),
    [(1.52, 1.49, "+2 %"), (7.94, 6.81, "+17 %"), (1, 2, "−50 %"), (2, 2, "0 %"), (0, 0, "0 %"), (3, 0, "from 0")],
)
def test_a_difference_has_its_sign(now, before, worded):
    assert plain(format_difference(now, before)) == worded


@pytest.mark.parametrize(("ns", "worded"), [(1_200, "+1.2 µs"), (-340, "−340 ns"), (0, "0 ns")])
def test_a_difference_of_durations_has_its_sign(ns, worded):
    assert plain(format_signed_duration(ns)) == worded


@given(st.integers(-(10**12), 10**12))
def test_no_number_can_be_broken_over_two_lines(number):
    words = (format_duration(number), format_clock(number), format_count(number), format_bytes(number))
    assert not any(" " in word for word in words)
