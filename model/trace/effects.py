"""Tags of effects, and the digest of a sequence of them.

A tag says whose call made an effect, which of the caller's calls, and how deep inside of it. Whoever has the tags in
their order can compute the digest one step at a time; so a component that tells its digest with every effect is held to
its whole state in linear time, by anyone who reads the trace.

>>> tag = tag_of(2, 7, 1)
>>> caller_of(tag), sequence_of(tag)
(2, 7)
>>> after(after(0, 1), 2) == after(after(0, 2), 1)
False
"""

from __future__ import annotations

from typing import Final

_PART_BITS: Final = 20
_DEPTH_BITS: Final = 8
_PART: Final = (1 << _PART_BITS) - 1
_DEPTH: Final = (1 << _DEPTH_BITS) - 1
_DIGEST: Final = (1 << 61) - 1
_FACTOR: Final = 1_000_000_007


def tag_of(caller: int, sequence: int, depth: int = 0) -> int:
    """The tag; its parts have 20, 20 and 8 bits, and what is longer is cut."""
    return ((caller & _PART) << _PART_BITS | sequence & _PART) << _DEPTH_BITS | depth & _DEPTH


def caller_of(tag: int) -> int:
    """Whose call it was."""
    return tag >> _DEPTH_BITS >> _PART_BITS


def sequence_of(tag: int) -> int:
    """Which of the caller's calls it was."""
    return tag >> _DEPTH_BITS & _PART


def after(digest: int, tag: int) -> int:
    """The digest of a sequence of tags, 0 for none, with one more at its end."""
    return (digest * _FACTOR + tag + 1) % _DIGEST
