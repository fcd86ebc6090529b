"""A few letters find what a person means."""

from __future__ import annotations

import pytest

from app.fuzzy import fit, ranked

TEXTS = [
    "Swap FCM file 17 with FCM, replicated", "Swap FCM file 3 with FCM, single", "Swap back", "Fit the graph",
    "Speed: 1 : 1 000", "Theme: Dark", "Go to thread 9936", "Go to the graph",
]  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "first"),
    [
        ("swfcmrep", TEXTS[0]), ("sw 3", TEXTS[1]), ("sb", "Swap back"), ("fit", "Fit the graph"),
        ("dark", "Theme: Dark"),
        ("9936", "Go to thread 9936"), ("gotg", "Go to the graph"), ("GO TO THE G", "Go to the graph"),
    ],
)  # fmt: skip
def test_what_is_meant_stands_first(wanted: str, first: str) -> None:
    assert ranked(wanted, TEXTS, str, 5)[0] == first


def test_letters_in_another_order_do_not_fit() -> None:
    assert fit("kcab", "Swap back") is None
    assert ranked("zzz", TEXTS, str, 5) == []


def test_without_letters_all_stand_in_their_own_order() -> None:
    assert ranked("  ", TEXTS, str, 3) == TEXTS[:3]


def test_a_long_text_is_found_quickly_and_a_long_wish_is_cut() -> None:
    assert fit("a" * 500, "a" * 100) is not None
