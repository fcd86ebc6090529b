"""What a run without a window says at its end: numbers, as JSON or in words, and the story line by line.

Both read projections of the trace alone, as the views do, so that what a script is told is what a person sees.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from app.planted import mutant_of
from model.projections.facts import FactsFold
from model.projections.invariants import InvariantsFold
from model.projections.latency import LatencyFold
from model.projections.projection import Projection
from model.projections.receipt import duration
from model.projections.swaps import SwapsFold
from model.projections.topology import TopologyFold
from model.session import Session
from model.trace.names import NamesFold
from model.trace.story import line

SLICE_S = 0.1
"""Wall time of a run between two portions of its story."""

ROWS_TOLD_AT_ONCE = 256
"""Rows that are told by the names known after the last of them: names live longer than that."""


class RunReport:
    """The numbers of a run; made before the run, because projections follow a trace from its first row."""

    def __init__(self, session: Session) -> None:
        self._session = session
        trace = session.trace
        self._swaps = Projection(trace, SwapsFold(trace))
        self._latency = Projection(trace, LatencyFold(trace))
        self._counts = Projection(trace, FactsFold(trace))
        self._topology = Projection(trace, TopologyFold(trace))
        # A run that was explored says what it breaks: it was kept for that.
        self.drained: dict[str, Any] | None = None
        """What was waited for at the end, and when it had drained (app/drain.py); None for nothing."""
        self._invariants = None if session.scenario.schedule is None else Projection(trace, InvariantsFold(trace))

    @property
    def broken(self) -> bool:
        """Whether a run with a schedule has broken a rule so far; rules are asked of no other."""
        return self._invariants is not None and bool(self._invariants.at(self._session.trace.head).violations)

    def numbers(self) -> dict[str, Any]:
        """Everything, by the names that the JSON object has."""
        head = self._session.trace.head
        counts = self._counts.at(head)
        return {
            "fingerprint": self._session.trace.fingerprint(),
            "until_ns": self._session.now_ns,
            "calls": {
                "issued": counts.issued,
                "returned": counts.returned,
                "raised": counts.raised,
                "in_flight": counts.in_flight,
            },
            "swaps": self._swap_receipts(head),
            "latency": self._latencies(head),
            **self._proof(head),
            **({"drained": self.drained} if self.drained is not None else {}),
        }

    def as_json(self) -> str:
        """One JSON object, the same text for the same run."""
        return json.dumps(self.numbers(), indent=2, ensure_ascii=False)

    def in_words(self) -> str:
        """A few lines for a person."""
        numbers = self.numbers()
        calls = numbers["calls"]
        lines = [
            f"{self._session.scenario.title or self._session.scenario.name}: {duration(numbers['until_ns'])} simulated",
            f"calls: {calls['issued']:,} issued, {calls['returned']:,} returned, {calls['raised']:,} raised, "
            f"{calls['in_flight']:,} in flight",
        ]
        for swap in numbers["swaps"]:
            why = f" ({swap['reason']})" if swap["reason"] else ""
            lines.append(
                f"swap: {swap['component']}, {swap['from']} to {swap['to']}: {swap['outcome']}{why}; "
                f"{_calls(swap['blocked'])} blocked, at most {duration(swap['longest_blocked_ns'])}"
            )
        for name, latency in numbers["latency"].items():
            lines.append(
                f"latency: {name}, {_calls(latency['count'])}, half within {duration(latency['p50_ns'])}, "
                f"99 of 100 within {duration(latency['p99_ns'])}, all within {duration(latency['max_ns'])}"
            )
        if drained := self.drained:
            lines.append(f"drained: {drained['what']}, {drained['words']}")
        if planted := numbers.get("planted"):
            lines.append(f"planted: {planted}")
        lines += [f"broken: {one['rule']}, {one['message']}" for one in numbers.get("violations", [])]
        if self._session.ended:
            lines.append(f"ended: {self._session.ended}")
        return "\n".join([*lines, f"fingerprint: {numbers['fingerprint']}"])

    def _swap_receipts(self, head: int) -> list[dict[str, Any]]:
        swaps = self._swaps.at(head).by_request.values()
        return [swap.receipt(self._session.now_ns).as_json() for swap in swaps if swap.sort == "swap"]

    def _proof(self, head: int) -> dict[str, Any]:
        """The planted bug and what it breaks, of a run with a schedule."""
        if self._invariants is None:
            return {}
        violations = self._invariants.at(head).violations
        found = [{"rule": one.rule, "message": one.message, "at_ns": self._at_ns(one.position)} for one in violations]
        return {"planted": mutant_of(self._session.scenario), "violations": found}

    def _at_ns(self, position: int) -> int | None:
        """When a row was written; None for one that the trace has let go, or the end."""
        trace = self._session.trace
        return trace.event(position).at_ns if trace.tail <= position < trace.head else None

    def _latencies(self, head: int) -> dict[str, dict[str, int]]:
        latency = self._latency.at(head)
        result = {}
        for identity, node in self._topology.at(head).objects.items():
            histogram = latency.total(identity)
            if histogram.count:
                longest = int(histogram.max_ns)
                # A percentile is the upper edge of its bin, which may lie beyond the longest call of all.
                result[node.name] = {
                    "count": int(histogram.count),
                    "p50_ns": min(int(histogram.p50_ns), longest),
                    "p99_ns": min(int(histogram.p99_ns), longest),
                    "max_ns": longest,
                }
        return result


def _calls(count: int) -> str:
    return f"{count:,} call{'' if count == 1 else 's'}"


def story_lines(session: Session, until_ns: int) -> Iterator[str]:
    """Runs the session and tells each row as it comes, its clock before it."""
    trace = session.trace
    names = Projection(trace, NamesFold(trace))
    told = 0
    done = False
    while not done:
        done = session.advance(until_ns, SLICE_S)
        # A slice writes far fewer rows than the trace holds; what it let go all the same cannot be told.
        told = max(told, trace.tail)
        while told < trace.head:
            last = min(trace.head, told + ROWS_TOLD_AT_ONCE)
            known = names.at(last)
            for position in range(told, last):
                yield line(trace, known, trace.event(position))
            told = last
