"""`changeover run --drained`: a run goes on until what stands inside at its end has come out.

The same question as Run until drained in the window (model/projections/drained.py), asked without one.
"""

from __future__ import annotations

from shlex import quote
from typing import Any, Final

import numpy as np

from model.projections.drained import WORD, Drained, drained
from model.projections.projection import Projection
from model.projections.receipt import duration
from model.projections.row_filter import FilterError
from model.projections.topology import TopologyFold
from model.projections.waits import WaitsFold
from model.refusals import ScenarioError
from model.session import Session
from model.trace.trace import Rows

EVERYTHING: Final = "all"
REMEDY: Final = 'name a component, or write "all" or "generation:3 processor:0"'


class Drain:
    """Made before the run, because projections follow a trace from its first row; asked at its end."""

    def __init__(self, session: Session, what: str) -> None:
        self._session = session
        self._what = what
        self._waits = Projection(session.trace, WaitsFold(session.trace))
        self._topology = Projection(session.trace, TopologyFold(session.trace))

    def run(self, limit_ns: int) -> dict[str, Any]:
        """Goes on until it is drained, at the longest to `limit_ns`: what was waited for, and the instant or None.

        Raises ScenarioError for what cannot be drained.
        """
        session, asked = self._session, self._asked()
        began_ns = session.now_ns
        at_ns: int | None = began_ns
        words = "which had nothing inside"
        if asked.left:
            found = session.run_until(lambda rows: _first(asked, rows), max(limit_ns, began_ns))
            at_ns = None if found is None else session.trace.event(found).at_ns
            count = f"{asked.began_with} {asked.noun}{'' if asked.began_with == 1 else 's'}"
            words = (
                f"{count}, {duration(at_ns - began_ns)} later"
                if at_ns is not None
                else f"{len(asked.left)} of {count} not in time"
            )
        return {"what": asked.what, "words": words, "count": asked.began_with, "at_ns": at_ns}

    def _asked(self) -> Drained:
        head = self._session.trace.head
        waits, topology = self._waits.at(head), self._topology.at(head)
        names = {node.name for node in topology.objects.values()}
        conditions = f"on:{quote(self._what)}" if self._what in names else self._what
        try:
            return drained(f"{WORD} {'' if self._what == EVERYTHING else conditions}", waits, topology)
        except FilterError as error:
            wrong = str(error).partition(":")[0]
            raise ScenarioError("--drained", wrong[0].lower() + wrong[1:], REMEDY) from None


def _first(asked: Drained, rows: Rows) -> int | None:
    found = np.flatnonzero(asked.mask(rows))
    return int(found[0]) if len(found) else None
