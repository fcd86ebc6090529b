"""Round instants for an axis of simulated time, and how they are written.

Between two ticks lie 1, 2 or 5 of a power of ten of nanoseconds. A tick is written as the clock is, to as many digits
as tell it from its neighbours: 2.41 ms, 2.418 3 ms.
"""

from __future__ import annotations

from views.kit.format import GAP, clock_digits


def step_ns(span_ns: float, most: int) -> int:
    """The smallest round step with which at most so many ticks lie in a span."""
    step = 1
    while span_ns / step > max(1, most):
        decade = 10 ** (len(str(step)) - 1)
        step = decade * {1: 2, 2: 5, 5: 10}[step // decade]
    return step


def ticks(first_ns: int, last_ns: int, most: int) -> list[tuple[int, str]]:
    """Instants and words of the ticks between two instants, unit at the last."""
    step = step_ns(last_ns - first_ns, most)
    begin = -(-max(0, first_ns) // step) * step
    instants = list(range(begin, last_ns + 1, step))
    words = [_digits(at_ns, step) for at_ns in instants]
    if words:
        words[-1] += GAP + "ms"
    return list(zip(instants, words, strict=True))


def _digits(at_ns: int, step: int) -> str:
    """The clock without the zeros that every tick of this step ends in."""
    zeros = len(str(step)) - 1
    digits = clock_digits(at_ns)
    drop = zeros + (1 if zeros >= 3 else 0)  # the gap between groups goes with its group
    if zeros >= 6:
        return digits.partition(".")[0]
    return digits[: len(digits) - drop] if drop else digits
