"""The bits by which two components agree on the form in which state moves between them.

A component says which state transfer protocols it knows as a vector of 64 bits. The vectors of the old and the new
component are intersected, and the highest common bit is the protocol (paper §4.3.2), so the better a protocol is, the
higher its bit:

    bit   63          62 .. 42     41             40 .. 1                     0
          null swap   interface's  by reference   interface's own, converted  canonical

Bits 62 to 42 and 40 to 1 mean what their interface says they mean. The canonical form is the least that all
implementations of an interface share.

Limits: K42's released source takes the lowest common bit; we keep to the paper. A vector travels in the trace as a
signed number of 64 bits, bit 63 being its sign; everywhere else it is unsigned.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

VECTOR_BITS: Final = 64
NULL_SWAP: Final = 63
"""Nothing has to move: the new component takes over what stays where it is."""
BY_REFERENCE: Final = 41
"""The new component takes the old one's own structures."""
CANONICAL: Final = 0
"""The form that every implementation of an interface can read and write."""


def negotiate(a: int, b: int) -> int | None:
    """The highest bit that both vectors have, None if they have none in common.

    >>> negotiate(vector({CANONICAL, 12}), vector({CANONICAL, 12, BY_REFERENCE}))
    12
    """
    common = a & b
    return common.bit_length() - 1 if common else None


def vector(bits: Iterable[int]) -> int:
    """The unsigned vector that has these bits; ValueError for one outside 0 to 63."""
    result = 0
    for bit in bits:
        if not 0 <= bit < VECTOR_BITS:
            raise ValueError(f"{bit} is not a state transfer protocol: bits go from 0 to {VECTOR_BITS - 1}")
        result |= 1 << bit
    return result


def bits(vector: int) -> tuple[int, ...]:
    """The bits of an unsigned vector, best first.

    >>> bits(0b1001)
    (3, 0)
    """
    return tuple(bit for bit in range(VECTOR_BITS - 1, -1, -1) if vector >> bit & 1)


def signed(vector: int) -> int:
    """The vector as the trace stores it."""
    return vector - (1 << VECTOR_BITS) if vector >> NULL_SWAP & 1 else vector


def unsigned(stored: int) -> int:
    """The vector that the trace stored."""
    return stored % (1 << VECTOR_BITS)
