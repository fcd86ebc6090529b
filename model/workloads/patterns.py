"""Reference strings: endless sequences of page numbers of a known kind, for loads and for the tests' oracles.

random       any page, each as likely
sequential   0 1 2 3 ..., never again
looping      0 1 ... n-1 0 1 ...
zipf         page k with weight 1/(k+1), as files and pages are used in practice
passing      each page twice, the second time `LAG` new pages later, and never again, as behind a pipe
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from itertools import accumulate, count, cycle
from typing import Final

LAG: Final = 24


def at_random(stream: random.Random, pages: int) -> Iterator[int]:
    while True:
        yield stream.randrange(pages)


def sequential(stream: random.Random, pages: int) -> Iterator[int]:
    return count()


def looping(stream: random.Random, pages: int) -> Iterator[int]:
    return cycle(range(pages))


def zipf(stream: random.Random, pages: int) -> Iterator[int]:
    weights = list(accumulate(1 / (page + 1) for page in range(pages)))
    while True:
        yield stream.choices(range(pages), cum_weights=weights)[0]


def passing(stream: random.Random, pages: int) -> Iterator[int]:
    for page in count():
        yield page
        if page >= LAG:
            yield page - LAG


PATTERNS: Final[dict[str, Callable[[random.Random, int], Iterator[int]]]] = {
    "random": at_random,
    "sequential": sequential,
    "looping": looping,
    "zipf": zipf,
    "passing": passing,
}
