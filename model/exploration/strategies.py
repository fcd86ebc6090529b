"""How the choices of one run are answered without looking at what was run before: at random, or by priorities.

- `RandomWalk` picks any candidate at each step.
- `Priorities` is PCT (Burckhardt et al. 2010): threads have random priorities, the highest enabled one runs, and at
  depth - 1 random steps the one that runs drops below all others. A bug of depth d is hit with a probability of at
  least 1/(n k^(d-1)) in each run, for n threads and k steps. After k steps it goes on at random, because priorities
  starve, and starved threads look like deadlocks.

An alarm is a candidate like any other, but where threads could go on it is picked rarely: if every second run began
with a time limit that expires, most runs would show nothing but abandoned swaps.
"""

from __future__ import annotations

import random

from model.machine.explored import ExploredMachine
from model.machine.thread import Thread

ONE_IN = 64
"""How often an alarm, or what comes from outside, is picked where a thread could go on."""


class RandomWalk:
    """Any candidate at each step."""

    def __init__(self, stream: random.Random) -> None:
        self._draw = stream.random

    def __call__(self, machine: ExploredMachine, n: int) -> int:
        threads = machine.enabled
        if threads and (threads == n or self._draw() * ONE_IN >= 1):
            n = threads
            return int(self._draw() * n)
        return threads + int(self._draw() * (n - threads))


class Priorities:
    """PCT with `depth`, for runs of about `length` steps."""

    def __init__(self, stream: random.Random, depth: int, length: int) -> None:
        self._stream = stream
        self._drops = {stream.randrange(max(1, length)) for _ in range(depth - 1)}
        self._length = length
        self._fair = RandomWalk(stream)
        self._priority: dict[object, float] = {}
        """By thread and alarm. Keeps them, so that a later one is not taken for one that is gone."""
        self._lowest = 0.0
        self._asked = 0

    def __call__(self, machine: ExploredMachine, n: int) -> int:
        self._asked += 1
        if self._asked > self._length:
            return self._fair(machine, n)
        candidates = machine.candidates()
        if self._asked - 1 in self._drops and machine.goes_on is not None:
            self._lowest -= 1
            self._priority[machine.goes_on] = self._lowest
        return max(range(n), key=lambda place: self._priority_of(candidates[place]))

    def _priority_of(self, candidate: object) -> float:
        if candidate not in self._priority:
            rarely = not isinstance(candidate, Thread) and self._stream.random() * ONE_IN >= 1
            self._priority[candidate] = self._stream.random() - (1e9 if rarely else 0)
        return self._priority[candidate]
