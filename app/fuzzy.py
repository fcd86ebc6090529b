"""How well a few letters fit a text: "swfcm" finds "Swap FCM file 17 with FCM, replicated".

Every letter must come, in order. Letters at the beginnings of words and letters in a row count more, early ones a
little; so what a person means by a few first letters stands above what has them by chance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

Thing = TypeVar("Thing")

AT_FIRST, AT_START, IN_A_ROW, ANYWHERE = 12, 8, 5, 1
MOST_LETTERS = 64


def fit(wanted: str, text: str) -> int | None:
    """How well the letters fit, the more the better; None where they do not. Blanks and case do not count."""
    letters = "".join(wanted.lower().split())[:MOST_LETTERS]
    lower = text.lower()
    best: dict[int, int] = {-1: 0}
    """Where the letters so far may have ended, and the most that they are worth then."""
    for letter in letters:
        after: dict[int, int] = {}
        places = [place for place, each in enumerate(lower) if each == letter]
        for place in places:
            starts = place == 0 or not lower[place - 1].isalnum()
            gain = AT_FIRST if place == 0 else AT_START if starts else ANYWHERE
            earlier = [worth + (IN_A_ROW if end == place - 1 >= 0 else 0) for end, worth in best.items() if end < place]
            if earlier:
                after[place] = max(earlier) + gain
        if not after:
            return None
        best = after
    return 100 * max(best.values()) - len(text)


def ranked(wanted: str, things: Iterable[Thing], text_of: Callable[[Thing], str], most: int) -> list[Thing]:
    """Those that fit, best first, as many as `most`; all in their own order where nothing is wanted."""
    if not wanted.strip():
        return list(things)[:most]
    fits = [(fit(wanted, text_of(thing)), place, thing) for place, thing in enumerate(things)]
    found = [(-worth, place, thing) for worth, place, thing in fits if worth is not None]
    found.sort(key=lambda each: each[:2])
    return [thing for _, _, thing in found[:most]]
