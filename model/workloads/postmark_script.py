"""What PostMark 1.5 does to its files, operation by operation, as a pure function of its settings.

PostMark was published in 1997 as a model of the files of mail, news and web commerce. Its behaviour is told here anew,
from a description of version 1.5, draw for draw, so that the same seed gives the same files:

    creation       `files` files, each with a size of low + RND(high - low)
    transactions   each (a) reads a file or appends to it, and then (b) creates a file or deletes one, by the two biases
    deletion       of all that are left

A file is read and written in blocks, and always ends with one more transfer of what is left over, even if that is 0
bytes. An append to a file of the largest size does nothing and still counts as half of a transaction.

The generator is the Mersenne Twister with its seeding of 1999, which Python's own generator runs once its state was
filled in that way; RND(x) is the next number modulo x, and 0 without a draw where x is not positive. The text that is
written is drawn first, two times the largest size of characters, and is not kept.

Limits: no subdirectories, and a transfer never fails.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, NamedTuple

BLOCK_BYTES: Final = 512
NEITHER: Final = -1
"""The bias that leaves that half of the transactions out."""


class Act(IntEnum):
    """What is done to a file."""

    CREATE = 0
    READ = 1
    APPEND = 2
    DELETE = 3


class Step(NamedTuple):
    """One operation: which file, from which byte on, and how many bytes."""

    act: Act
    file: int
    """Counted from 1 in order of creation, so that no file is named twice."""
    begin: int
    size: int
    transaction: int
    """Counted from 1; 0 before the first, and -1 after the last."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The settings that decide it all. ValueError for what makes no sense."""

    files: int = 500
    transactions: int = 500
    low: int = 500
    high: int = 10_000
    read_bias: int = 5
    create_bias: int = 5
    seed: int = 42

    def __post_init__(self) -> None:
        if not 0 < self.low <= self.high:
            raise ValueError(f"the sizes must go from 1 upwards, not from {self.low} to {self.high}")
        if self.files < 1 or self.transactions < 0:
            raise ValueError("there must be a file, and no less than 0 transactions")
        for name, bias in (("read", self.read_bias), ("create", self.create_bias)):
            if not NEITHER <= bias <= 10:
                raise ValueError(f"the {name} bias is of ten, or -1 for neither, and cannot be {bias}")

    def steps(self) -> Iterator[Step]:
        """Every operation in order; a new run each time."""
        return _Run(self).steps()


class _Run:
    """One run: the generator, and the table of files."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.twister = twister_of_1999(plan.seed)
        self.sizes = [0] * (2 * plan.files)
        self.names = [0] * (2 * plan.files)
        """0 where no file is: sizes may be 0 only there too."""
        self.fresh = 0
        self.created = self.deleted = 0
        for _ in range(2 * plan.high):
            self.draw(95)

    def draw(self, below: int) -> int:
        return self.twister.getrandbits(32) % below if below > 0 else 0

    def steps(self) -> Iterator[Step]:
        plan = self.plan
        for _ in range(plan.files):
            yield from self.create(0)
        for number in range(1, plan.transactions + 1):
            if self.created == self.deleted:
                break
            if plan.read_bias != NEITHER:
                if self.draw(10) < plan.read_bias:
                    yield self.read(number)
                else:
                    yield from self.append(number)
            if plan.create_bias != NEITHER:
                if self.draw(10) < plan.create_bias:
                    yield from self.create(number)
                else:
                    yield self.delete(self.live(), number)
        for slot, name in enumerate(self.names):
            if name:
                yield self.delete(slot, -1)

    def create(self, transaction: int) -> Iterator[Step]:
        """In the next slot that was never used, else in the first free one; where none is free nothing is created."""
        slot = self.fresh
        if slot < len(self.names):
            self.fresh += 1
        elif 0 in self.names:
            slot = self.names.index(0)
        else:
            return
        self.created += 1
        self.names[slot] = self.created
        self.sizes[slot] = self.plan.low + self.draw(self.plan.high - self.plan.low)
        yield Step(Act.CREATE, self.created, 0, self.sizes[slot], transaction)

    def live(self) -> int:
        """A slot with a file in it: drawn until there is one."""
        while True:
            slot = self.draw(len(self.names))
            if self.names[slot]:
                return slot

    def read(self, transaction: int) -> Step:
        slot = self.live()
        return Step(Act.READ, self.names[slot], 0, self.sizes[slot], transaction)

    def append(self, transaction: int) -> Iterator[Step]:
        slot = self.live()
        before = self.sizes[slot]
        if before < self.plan.high:
            more = self.draw(self.plan.high - before) + 1
            self.sizes[slot] += more
            yield Step(Act.APPEND, self.names[slot], before, more, transaction)

    def delete(self, slot: int, transaction: int) -> Step:
        step = Step(Act.DELETE, self.names[slot], 0, self.sizes[slot], transaction)
        self.names[slot] = self.sizes[slot] = 0
        self.deleted += 1
        return step


def transfers(size: int) -> Iterator[int]:
    """The sizes of the calls that move so many bytes: whole blocks, and one with the rest, which may be 0.

    >>> list(transfers(1300))
    [512, 512, 276]
    """
    for _ in range(size // BLOCK_BYTES):
        yield BLOCK_BYTES
    yield size % BLOCK_BYTES


def twister_of_1999(seed: int) -> random.Random:
    """The Mersenne Twister as it was seeded in 1999: two halves a word from a linear congruential generator."""
    state = []
    word = seed & 0xFFFFFFFF
    for _ in range(624):
        upper = word & 0xFFFF0000
        word = (69069 * word + 1) & 0xFFFFFFFF
        state.append(upper | (word & 0xFFFF0000) >> 16)
        word = (69069 * word + 1) & 0xFFFFFFFF
    twister = random.Random()
    twister.setstate((3, (*state, 624), None))
    return twister
