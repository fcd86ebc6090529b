"""What a wrapper may ask of the engine: the way from a decision inside the simulation to the one door for swaps.

A wrapper that watches a component (paper §2.1, Figure 1) runs on the threads of those who call it. When it decides, it
asks here; the request is an event of the run and never a command, which on replay would happen twice (rule R8), and the
swap runs on a control thread of its own. The trace says who asked and why, and the request names that row as its cause:

    WRAPPER_ASKED  the contention watch asked for another component behind FCM file 17: 2 calls were in it at once
      `-- SWAP_REQUESTED  ...

The control thread begins when the asker's own thread has ended, and on its processor. A swap has to wait for that one
anyway; begun before, it would only stop it half-way, inside of the component, while the mediator is made.

Limits: nothing is asked, and False comes back, while the object is in transition, once the wrapper was detached, and
where no known implementation suits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from model.engine.component import Component
from model.engine.factory import Factory
from model.engine.interposer import Interposer
from model.engine.objects import ObjectRecord
from model.machine.surroundings import Surroundings
from model.trace.events import Kind

if TYPE_CHECKING:
    from model.engine.reconfiguration import Reconfiguration


class EnginePetition:
    """The requests of one interposer's wrapper about the object that it stands before."""

    def __init__(
        self,
        surroundings: Surroundings,
        factory: Factory,
        reconfiguration: Reconfiguration,
        record: ObjectRecord,
        interposer: Interposer,
    ) -> None:
        self._surroundings = surroundings
        self._factory = factory
        self._reconfiguration = reconfiguration
        self._record = record
        self._interposer = interposer

    def suits(self) -> str:
        """What the implementation at work says that it suits."""
        return type(self._record.instance).suits

    def swap(self, suits: str, why: str) -> bool:
        """Asks for an implementation that suits just that; whether the request was made."""
        wanted = self._factory.suited(self._record.interface, suits)
        return wanted is not None and self._swap(wanted, why)

    def renew(self, why: str) -> bool:
        """Asks for a null swap: another instance of the implementation at work."""
        return self._swap(type(self._record.instance), why)

    def leave(self, why: str) -> bool:
        """Asks for the wrapper's own detachment, after which its calls cost nothing any more."""
        if not self._free():
            return False
        alike = [one for one in self._record.interposers if type(one.wrapper) is type(self._interposer.wrapper)]
        which = alike.index(self._interposer)
        cause = self._asked(why)
        self._reconfiguration.detach(self._record, type(self._interposer.wrapper), which, afterwards=True, cause=cause)
        return True

    def _swap(self, wanted: type[Component], why: str) -> bool:
        if not self._free():
            return False
        self._reconfiguration.swap(self._record, wanted, afterwards=True, cause=self._asked(why))
        return True

    def _free(self) -> bool:
        attached = self._interposer in self._record.interposers
        return attached and not self._reconfiguration.in_transition(self._record)

    def _asked(self, why: str) -> int:
        """The row that says who asked; on real threads, where nothing is recorded, no row."""
        surroundings = self._surroundings
        call = getattr(surroundings.current, "call", None)
        return surroundings.emit(
            Kind.WRAPPER_ASKED, subject=self._interposer.subject, a=self._record.identity, b=surroundings.text(why),
            cause=-1 if call is None else call.position,
        )  # fmt: skip
