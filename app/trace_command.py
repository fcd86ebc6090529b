"""`changeover trace`: a run as Chrome's event format, for viewers of traces that people know."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from model.refusals import ScenarioError
from model.trace.chrome import ChromeEvents

if TYPE_CHECKING:
    from model.session import Session

SLICE_S = 0.1


def write_chrome_trace(
    session: Session, until_ns: int, path: Path, progress: Callable[[float], None] | None = None
) -> int:
    """Runs to `until_ns` and writes what happens; the number of events. ScenarioError if that is not possible."""
    from model.projections.projection import Projection
    from model.trace.names import NamesFold

    trace = session.trace
    names = Projection(trace, NamesFold(trace))
    events = ChromeEvents(trace)
    seen = count = 0
    try:
        with path.open("w", encoding="utf-8") as file:
            file.write('{"displayTimeUnit": "ns", "traceEvents": [\n')
            arrived = False
            while not arrived:
                arrived = session.advance(until_ns, SLICE_S)
                told = [*events.events(names.at(trace.head), seen, trace.head), *(events.finish() if arrived else ())]
                seen = trace.head
                for event in told:
                    file.write((",\n" if count else "") + json.dumps(event, separators=(",", ":")))
                    count += 1
                if progress is not None:
                    progress(1.0 if arrived else min(1.0, session.now_ns / until_ns))
            file.write("\n]}\n")
    except OSError as error:
        remedy = "name a file that you may write"
        raise ScenarioError("--output", f"{path} cannot be written ({error.strerror})", remedy) from None
    return count
