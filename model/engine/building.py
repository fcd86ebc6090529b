"""What it takes to build, to use and to free what stands in front of a component: interposers and mediators.

A generic interposer overloads every slot of a table of virtual functions (paper §4.3.1), whatever the component's
interface, so that it costs the same for all. Its price is a ledger of allocations, slots and cache lines; the machine's
profile says what each of them costs. The paper's own figures (Table 1) stand nowhere here.

    build        4 allocations; 256 slots, each made to point at the interposition method; 20 lines that no cache holds,
                 since freed memory comes back only after a quiescence (flat memory knows none); two constructors
    keep_state   1 allocation a call: the return address and a saved register, until the call returns; a wrapper that
                 skips POSTCALL keeps nothing
    tear_down    4 frees and two destructors

Sources: the slots and the state of a call are the paper's §4.3.1; what an interposer is made of (itself, its table of
functions, the wrapper, the record of the pair) is assumed.
"""

from __future__ import annotations

from typing import Final

from model.machine.surroundings import Surroundings

PARTS_BYTES: Final = (256, 2_048, 128, 128)
METHOD_SLOTS: Final = 256
LINES: Final = 20
CONSTRUCTORS: Final = 2
CALL_STATE_BYTES: Final = 64


def build(surroundings: Surroundings, subject: int) -> None:
    """Takes the time and the memory of one interposer or mediator, on the account of `subject`."""
    for size_bytes in PARTS_BYTES:
        surroundings.allocate(size_bytes, subject, quiet=True)
    costs = surroundings.costs
    _work(surroundings, CONSTRUCTORS * costs.constructor_ns + METHOD_SLOTS * costs.slot_ns)
    if not costs.flat:
        for _ in range(LINES):
            surroundings.write(surroundings.line("interposer", subject))


def tear_down(surroundings: Surroundings, subject: int) -> None:
    """Gives it all back; after the quiescence that whoever frees waits for."""
    _work(surroundings, CONSTRUCTORS * surroundings.costs.constructor_ns)
    for size_bytes in PARTS_BYTES:
        surroundings.free(size_bytes, subject, quiet=True)


def _work(surroundings: Surroundings, ns: int) -> None:
    """Nothing where it costs nothing: a step without time passing is for those who mean it."""
    if ns:
        surroundings.work(ns)
