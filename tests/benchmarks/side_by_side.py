"""Ratios that hold on a busy machine: the ways are timed in turn, round after round, and medians compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import median


def rounds(ways: Mapping[str, Callable[[], float]], count: int) -> dict[str, list[float]]:
    """What each way took in each round, in the unit that it returns. Each round takes every way once, in turn."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(count):
        for name, way in ways.items():
            taken[name].append(way())
    return taken


def ratio(taken: Mapping[str, list[float]], over: str, under: str) -> float:
    """The median of the rounds' own ratios: what disturbs one round disturbs both sides of it."""
    return median(a / b for a, b in zip(taken[over], taken[under], strict=True))
