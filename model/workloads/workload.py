"""What every workload is: a client's loops, each on a thread of its own that belongs to no generation.

A loop is a user's program. It thinks, which is its own time, and then enters the kernel with a request, which the
machine serves by a thread in the current generation. All its chance comes from one stream with a name of its own, so
that neither a swap nor another loop ever shifts its draws.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar

from model.engine.component import Setting
from model.engine.translation import Reference
from model.machine.surroundings import Surroundings

LOOPS = 4_096


class Workload:
    """The base of all workloads: starts the loops and counts what became of their requests.

    A request that raises is counted as failed and the loop goes on, as a program that got an error would.
    """

    name: ClassVar[str] = ""
    title: ClassVar[str] = ""
    summary: ClassVar[str] = ""
    settings: ClassVar[Mapping[str, Setting]] = {
        "starts_ns": Setting(0, "when its loops begin", 0, 10**18),
    }
    loops: int
    starts_ns: int

    def __init__(
        self,
        surroundings: Surroundings,
        client: int,
        references: Mapping[str, Reference],
        settings: Mapping[str, int | str | bool],
        stream_name: str,
    ) -> None:
        self.surroundings = surroundings
        self.client = client
        self.references = references
        self.stream_name = stream_name
        self.issued = 0
        self.failed = 0
        for key in settings:
            if key not in self.settings:
                raise ValueError(f"{self.name} has no setting {key!r}; it has {', '.join(self.settings)}")
        for key, setting in self.settings.items():
            setattr(self, key, settings.get(key, setting.default))

    def start(self) -> None:
        """Starts the loops, one processor after the other in turn."""
        for number in range(self.loops):
            self.surroundings.spawn(
                partial(self._live, number, self.surroundings.stream(f"{self.stream_name}/{number}")),
                name=f"{self.stream_name} {number}",
                processor=number % self.surroundings.processors,
                client=self.client,
                in_generation=False,
            )

    def _live(self, number: int, stream: random.Random) -> None:
        if self.starts_ns > self.surroundings.now_ns:
            self.surroundings.sleep(self.starts_ns - self.surroundings.now_ns)
        self.run_loop(number, stream)

    def run_loop(self, number: int, stream: random.Random) -> None:
        """The whole life of loop `number`."""
        raise NotImplementedError

    def request(self, function: Callable[[], Any]) -> bool:
        """Whether the request did not raise."""
        self.issued += 1
        try:
            self.surroundings.request(self.client, function)
        except Exception:  # Whatever a component may raise; how often shows in `failed`, what in the trace.
            self.failed += 1
            return False
        return True


def drawn_around(stream: random.Random, mean_ns: int) -> int:
    """A time from half of `mean_ns` to one and a half, never 0, so that a loop always lets time pass."""
    return max(1, mean_ns // 2 + stream.randrange(mean_ns + 1))
