"""A steady load: each loop thinks, then makes one call, for ever or a given number of times.

The calls are a mix of one component's methods in given proportions, written like `read_page:3 write_page:1`. Thinking
is waiting, not computing, so that many loops make many calls in parallel.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from model.components.fcm import FILE_PAGES
from model.engine.component import Setting
from model.engine.translation import Reference
from model.machine.surroundings import Surroundings
from model.workloads.workload import LOOPS, Workload, drawn_around


class Steady(Workload):
    """Calls the component named `target`. Refuses a mix that it does not understand with ValueError."""

    name = "steady"
    title = "Steady load"
    summary = "Loops that think and then call one component."
    settings = {
        **Workload.settings,
        "loops": Setting(4, "loops, each with at most one call at a time", 1, LOOPS),
        "think_ns": Setting(5_000, "mean time from a call's return to the loop's next call", 1, 1_000_000_000),
        "calls": Setting(0, "calls of each loop; 0 for no end", 0, 1 << 40),
        "mix": Setting("add:1", "methods and their shares, like `read_page:3 write_page:1`"),
        "pages": Setting(24, "how many pages its calls of a file are spread over", 1, FILE_PAGES),
        "first_page": Setting(0, "the first of these pages", 0, FILE_PAGES),
        "hops": Setting(2, "hops of a question to a relay", 0, 64),
    }
    think_ns: int
    calls: int
    mix: str
    pages: int
    first_page: int
    hops: int

    def __init__(
        self,
        surroundings: Surroundings,
        client: int,
        references: Mapping[str, Reference],
        settings: Mapping[str, int | str | bool],
        stream_name: str,
    ) -> None:
        super().__init__(surroundings, client, references, settings, stream_name)
        if "target" not in references:
            raise ValueError('steady needs the component that it calls: write like `uses = { target = "counter" }`')
        self._shares = shares_of(self.mix)

    def run_loop(self, number: int, stream: random.Random) -> None:
        caller = self.surroundings.new_subject()
        sequence = 0
        made = 0
        methods, weights = list(self._shares), list(self._shares.values())
        while not self.calls or made < self.calls:
            self.surroundings.sleep(drawn_around(stream, self.think_ns))
            method = stream.choices(methods, weights)[0]
            arguments = ARGUMENTS[method](self, stream, caller, sequence + 1)
            done = self.request(partial(self._call, method, arguments))
            made += 1
            # A call that raised had no effect, so that its number is still due.
            sequence += done and method == "add"

    def _call(self, method: str, arguments: tuple[int, ...]) -> Any:
        return getattr(self.references["target"].object, method)(*arguments)

    def some_page(self, stream: random.Random) -> int:
        return self.first_page + stream.randrange(self.pages)


ARGUMENTS: dict[str, Callable[[Steady, random.Random, int, int], tuple[int, ...]]] = {
    "increment": lambda steady, stream, caller, sequence: (),
    "add": lambda steady, stream, caller, sequence: (caller, sequence),
    "value": lambda steady, stream, caller, sequence: (),
    "read_page": lambda steady, stream, caller, sequence: (steady.some_page(stream),),
    "write_page": lambda steady, stream, caller, sequence: (steady.some_page(stream), stream.getrandbits(31)),
    "flush": lambda steady, stream, caller, sequence: (steady.first_page, steady.pages),
    "length": lambda steady, stream, caller, sequence: (),
    "resident": lambda steady, stream, caller, sequence: (),
    "fetch": lambda steady, stream, caller, sequence: (0, steady.some_page(stream)),
    "ask": lambda steady, stream, caller, sequence: (steady.hops,),
    "asked": lambda steady, stream, caller, sequence: (),
}
"""The methods that a mix may name, and what they are called with."""


def shares_of(mix: str) -> dict[str, int]:
    """The share of each method.

    >>> shares_of("add:3 value")
    {'add': 3, 'value': 1}
    """
    shares: dict[str, int] = {}
    for part in mix.split():
        method, _, share = part.partition(":")
        if method not in ARGUMENTS:
            raise ValueError(f"steady does not call {method!r}; it calls {', '.join(ARGUMENTS)}")
        if not (share or "1").isdecimal() or not int(share or "1"):
            raise ValueError(f"the share of {method} must be a whole number from 1, not {share!r}")
        shares[method] = int(share or "1")
    if not shares:
        raise ValueError("an empty mix calls nothing: write like `add:1`")
    return shares
