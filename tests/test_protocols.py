"""Two vectors agree on the best form that both know."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model import protocols
from model.protocols import BY_REFERENCE, CANONICAL, NULL_SWAP, bits, negotiate, signed, unsigned, vector

bit_sets = st.frozensets(st.integers(0, 63))


@given(bit_sets, bit_sets)
def test_the_highest_common_bit_is_chosen(a: frozenset[int], b: frozenset[int]) -> None:
    assert negotiate(vector(a), vector(b)) == max(a & b, default=None)


@given(bit_sets)
def test_a_vector_gives_its_bits_back_best_first(some: frozenset[int]) -> None:
    assert bits(vector(some)) == tuple(sorted(some, reverse=True))


@given(bit_sets)
def test_a_vector_survives_the_trace(some: frozenset[int]) -> None:
    stored = signed(vector(some))
    assert -(1 << 63) <= stored < 1 << 63
    assert unsigned(stored) == vector(some)


def test_a_null_swap_is_better_than_a_reference_and_that_than_the_canonical_form() -> None:
    assert sorted((CANONICAL, BY_REFERENCE, NULL_SWAP)) == [CANONICAL, BY_REFERENCE, NULL_SWAP]


@pytest.mark.parametrize("bit", [-1, 64])
def test_a_bit_outside_the_vector_is_refused_by_number(bit: int) -> None:
    with pytest.raises(ValueError, match=f"^{bit} is not a state transfer protocol"):
        vector({bit})


def test_the_examples_in_the_docstrings_are_true() -> None:
    assert doctest.testmod(protocols).failed == 0
