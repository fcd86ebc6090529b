"""The state of the world as of any position of the trace, from a fold over its rows.

A fold knows how one state and the next rows give the next state; a Projection knows where to start. It keeps a state at
every chunk boundary of the held trace (a *keyframe*), so that a seek folds fewer than 4,096 rows wherever it goes:

    tail                                         frontier
     K-----------K-----------K-----------K----------|
                                   ^ at(position) starts at the K to its left

Keyframes are made as the head passes, because the trace tells of each chunk that fills up before it lets one go;
there is always one at the trace's tail, without which nothing could start any more.

Limits: states are never changed in place, since keyframes share what they have in common; a projection is made before
the trace lets its first chunk go; it holds at most one keyframe for each held chunk.
"""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar

from model.trace.trace import CHUNK_ROWS, Rows, Trace

S = TypeVar("S")


class Projection(Generic[S]):
    """What a fold says at each position of one trace."""

    def __init__(self, trace: Trace, fold: Fold[S]) -> None:
        assert trace.tail == 0, "a projection starts while the trace still holds its first row"
        self._trace = trace
        self._fold = fold
        initial = fold.initial()
        self._keyframes = [initial]
        self._first_keyframe = 0
        self._frontier: tuple[int, S] = (0, initial)
        self._latest: tuple[int, S] = (0, initial)
        trace.watch(self)

    def at(self, position: int) -> S:
        """The state after the first `position` rows of the run.

        Costs nothing where it was asked last, only the new rows when it moves forward a little, and otherwise the rows
        since the keyframe before. IndexError outside the held part of the trace.
        """
        if not self._trace.tail <= position <= self._trace.head:
            raise IndexError(
                f"position {position} is not held; the trace holds {self._trace.tail} to {self._trace.head}"
            )
        self._trim()
        if self._latest[0] != position:
            self._latest = (position, self._fold_to(position))
        return self._latest[1]

    def chunk_filled(self, head: int) -> None:
        """Makes the keyframe at `head`, wherever the cursor is."""
        self._fold_to(head)
        self._trim()

    @property
    def keyframes(self) -> range:
        """The positions that have a keyframe."""
        last = self._first_keyframe + (len(self._keyframes) - 1) * CHUNK_ROWS
        return range(self._first_keyframe, last + 1, CHUNK_ROWS)

    def _fold_to(self, position: int) -> S:
        start, state = self._start_for(position)
        for first, rows in self._trace.chunks(start, position):
            state = self._fold.apply(state, first, rows)
            self._keep(first + len(rows), state)
        if position > self._frontier[0]:
            self._frontier = (position, state)
        return state

    def _start_for(self, position: int) -> tuple[int, S]:
        """The nearest state at or before `position`: a keyframe, the frontier, or what was asked last."""
        index = min((position - self._first_keyframe) // CHUNK_ROWS, len(self._keyframes) - 1)
        nearest = (self._first_keyframe + index * CHUNK_ROWS, self._keyframes[index])
        for known in (self._latest, self._frontier):
            if nearest[0] < known[0] <= position:
                nearest = known
        return nearest

    def _keep(self, position: int, state: S) -> None:
        """Keeps the state if it is the next keyframe; they are made in order, without gaps."""
        if position == self._first_keyframe + len(self._keyframes) * CHUNK_ROWS:
            self._keyframes.append(state)

    def _trim(self) -> None:
        surplus = (self._trace.tail - self._first_keyframe) // CHUNK_ROWS
        if surplus:
            del self._keyframes[:surplus]
            self._first_keyframe = self._trace.tail


class Fold(Protocol[S]):
    """How rows become state. Pure: `apply` returns a new state and leaves the old one as it was."""

    def initial(self) -> S:
        """The state before the first row."""

    def apply(self, state: S, first_position: int, rows: Rows) -> S:
        """The state after `rows`, the first of which stands at `first_position`; any cut gives the same state.

        Picks its kinds by a mask and loops over those only; returns `state` itself when there are none.
        """
