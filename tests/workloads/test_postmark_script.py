"""PostMark 1.5's operations: the generator, the shares that are known of it, and the order of its phases."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from model.workloads.postmark_script import Act, Plan, Step, transfers, twister_of_1999

PAPER = Plan(1_000, 10_000, 128, 8_192)
SMALL = 3_072


def test_generator_is_that_of_1999() -> None:
    """The thousandth number of seed 4357, as the GNU Scientific Library's tests have it for this seeding."""
    twister = twister_of_1999(4357)
    assert [twister.getrandbits(32) for _ in range(1_000)][-1] == 1030650439


def test_transfer_ends_with_the_rest_even_if_that_is_nothing() -> None:
    assert list(transfers(1_024)) == [512, 512, 0]
    assert list(transfers(100)) == [100]


class Known:
    """What a run's transaction phase did."""

    def __init__(self, plan: Plan) -> None:
        self.steps = list(plan.steps())
        self.of: Counter[Act] = Counter()
        self.calls: Counter[Act] = Counter()
        self.small: Counter[Act] = Counter()
        self.small_calls = 0
        for step in self.steps:
            if step.transaction > 0:
                calls = 0 if step.act is Act.DELETE else len(list(transfers(step.size)))
                small = step.begin + step.size <= SMALL
                self.of[step.act] += 1
                self.calls[step.act] += calls
                self.small[step.act] += small
                self.small_calls += calls * small

    def mean_calls(self, act: Act) -> float:
        return self.calls[act] / self.of[act]

    def small_share(self, act: Act) -> float:
        return self.small[act] / self.of[act]


@pytest.fixture(scope="module")
def known() -> Known:
    return Known(PAPER)


def test_a_transaction_makes_about_eleven_transfers(known: Known) -> None:
    assert sum(known.calls.values()) / PAPER.transactions == pytest.approx(11.3, abs=0.4)
    assert known.mean_calls(Act.CREATE) == pytest.approx(8.5, abs=0.4)
    assert known.mean_calls(Act.READ) == pytest.approx(10.8, abs=0.5)
    assert known.mean_calls(Act.APPEND) == pytest.approx(3.4, abs=0.2)


def test_a_fifth_of_the_operations_are_on_files_of_at_most_3_kb(known: Known) -> None:
    assert known.small_share(Act.CREATE) == pytest.approx(0.37, abs=0.02)
    assert known.small_share(Act.READ) == pytest.approx(0.23, abs=0.03)
    assert known.small_share(Act.APPEND) == pytest.approx(0.05, abs=0.01)
    assert known.small_share(Act.DELETE) == pytest.approx(0.23, abs=0.03)
    assert sum(known.small.values()) / sum(known.of.values()) == pytest.approx(0.22, abs=0.02)
    assert known.small_calls / sum(known.calls.values()) == pytest.approx(0.10, abs=0.01)


def test_about_as_many_files_are_left_as_there_were(known: Known) -> None:
    assert sum(step.transaction == -1 for step in known.steps) == pytest.approx(950, abs=80)


def test_larger_files_make_twice_the_transfers() -> None:
    large = Known(Plan(2_000, 6_000, 512, 16_384))
    assert sum(large.calls.values()) / 6_000 == pytest.approx(22.1, abs=0.7)


def test_creation_comes_first_and_deletion_of_all_that_is_left_last(known: Known) -> None:
    phases = [0 if step.transaction == 0 else 2 if step.transaction < 0 else 1 for step in known.steps]
    assert all(before <= after for before, after in pairwise(phases))
    assert [step.act for step in known.steps[:1_000]] == [Act.CREATE] * 1_000
    living: set[int] = set()
    for step in known.steps:
        assert (step.file in living) == (step.act is not Act.CREATE)
        (living.discard if step.act is Act.DELETE else living.add)(step.file)
    assert living == set()


def test_sizes_stay_in_their_range_and_follow_from_what_was_done(known: Known) -> None:
    sizes: dict[int, int] = {}
    for step in known.steps:
        if step.act is Act.CREATE:
            assert 128 <= step.size < 8_192
            sizes[step.file] = step.size
        elif step.act is Act.APPEND:
            assert step.begin == sizes[step.file]
            sizes[step.file] += step.size
            assert sizes[step.file] <= 8_192
        else:
            assert step.size == sizes[step.file]


def acts(**settings: int) -> set[Act]:
    plan = Plan(**{"files": 20, "transactions": 200, "low": 100, "high": 900, **settings})
    return {step.act for step in plan.steps() if step.transaction > 0}


def test_biases_leave_halves_out_and_weigh_them() -> None:
    assert acts(read_bias=-1) == {Act.CREATE, Act.DELETE}
    assert acts(create_bias=-1) == {Act.READ, Act.APPEND}
    assert acts(create_bias=-1, read_bias=10) == {Act.READ}
    assert acts(create_bias=10, read_bias=0) == {Act.APPEND, Act.CREATE}


def test_it_stops_when_no_file_is_left() -> None:
    steps = list(Plan(3, 100, 100, 900, read_bias=-1, create_bias=0).steps())
    assert [step.act for step in steps] == [Act.CREATE] * 3 + [Act.DELETE] * 3


def test_same_seed_gives_the_same_operations_and_another_seed_others() -> None:
    def some(seed: int) -> list[Step]:
        return list(Plan(20, 100, 100, 900, seed=seed).steps())

    assert some(42) == some(42) != some(43)


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"low": 9, "high": 8}, "not from 9 to 8"),
        ({"low": 0}, "not from 0"),
        ({"files": 0}, "must be a file"),
        ({"read_bias": 11}, "cannot be 11"),
        ({"create_bias": -2}, "cannot be -2"),
    ],
)
def test_plan_that_makes_no_sense_is_refused(settings: dict[str, int], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Plan(**settings)
