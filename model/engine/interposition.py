"""Attaching and detaching interposers (paper §4.3.1). Neither ever makes a caller wait.

        attach    the new interposer goes on to the door as it is, then every entry is pointed at it
        detach    what stands outside of it (the entries, or the next interposer) is pointed at what it goes on to

A detached interposer is freed after a quiescence that begins after the last write.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from model.engine.building import build, tear_down
from model.engine.factory import MADE_WITHIN_NS, Factory, within
from model.engine.interposer import Interposer, interposer_for
from model.engine.objects import ObjectRecord
from model.engine.wrapper import Petition, Wrapper
from model.machine.errors import ENDS_THE_RUN, words_of
from model.machine.generations import Generations
from model.machine.surroundings import Operation, Surroundings
from model.trace.events import Kind

INTERPOSERS_AT_MOST = 8
"""Before one object. A call goes through all of them, and Python's stack is not endless."""


class Attach:
    """Puts a new interposer with its wrapper outside of all that stands before an object."""

    cancellable = False

    def __init__(
        self,
        surroundings: Surroundings,
        factory: Factory,
        record: ObjectRecord,
        wrapper: type[Wrapper],
        request: int,
        settings: Mapping[str, int | str | bool],
        petition: Callable[[Interposer], Petition],
    ) -> None:
        self._surroundings = surroundings
        self._factory = factory
        self._record = record
        self._wrapper = wrapper
        self._request = request
        self._settings = settings
        self._petition = petition

    def cancel(self) -> None:
        """Too short to be cancelled."""

    def run(self, ended: Callable[[], None]) -> None:
        """Attaches; `ended` is called when the object is free for the next transition."""
        surroundings, record = self._surroundings, self._record
        if len(record.interposers) >= INTERPOSERS_AT_MOST:
            reason = surroundings.text(f"{INTERPOSERS_AT_MOST} interposers stand before {record.name} already")
            surroundings.emit(Kind.REQUEST_REFUSED, subject=record.identity, a=self._request, b=reason)
            ended()
            return
        subject = surroundings.new_subject()
        try:
            wrapper = within(
                surroundings, MADE_WITHIN_NS, lambda: self._factory.wrapper(self._wrapper, subject, self._settings)
            )
            interposer = interposer_for(surroundings, record, wrapper, subject)
            wrapper.petition = self._petition(interposer)
        except ENDS_THE_RUN:
            raise
        except BaseException as error:
            reason = surroundings.text(f"{self._wrapper.name} was not made: {words_of(error)}")
            surroundings.emit(Kind.REQUEST_REFUSED, subject=record.identity, a=self._request, b=reason)
            ended()
            return
        surroundings.emit(
            Kind.INTERPOSER_CREATED, subject=subject, a=self._factory.number_of(self._wrapper), b=record.identity
        )
        build(surroundings, subject)
        interposer.point_inward(record.door, record.door_subject)
        record.interposers.insert(0, interposer)
        record.repoint(surroundings, interposer, subject)
        surroundings.emit(Kind.INTERPOSER_ATTACHED, subject=record.identity, a=self._request, b=subject)
        ended()


class Detach:
    """Takes an interposer out, from whichever place it has."""

    cancellable = False

    def __init__(
        self,
        surroundings: Surroundings,
        generations: Generations,
        record: ObjectRecord,
        interposer: Interposer,
        request: int,
    ) -> None:
        self._surroundings = surroundings
        self._generations = generations
        self._record = record
        self._interposer = interposer
        self._request = request

    def cancel(self) -> None:
        """Too short to be cancelled."""

    def run(self, ended: Callable[[], None]) -> None:
        """Detaches; `ended` is called when the object is free for the next transition."""
        surroundings, record, interposer = self._surroundings, self._record, self._interposer
        if interposer not in record.interposers:
            reason = surroundings.text("the interposer is no longer attached")
            surroundings.emit(Kind.REQUEST_REFUSED, subject=record.identity, a=self._request, b=reason)
            ended()
            return
        place = record.interposers.index(interposer)
        del record.interposers[place]
        if place == 0:
            record.repoint(surroundings, interposer.inner, interposer.inner_subject)
        else:
            surroundings.point(Operation.TABLE_WRITE, record.identity)
            record.interposers[place - 1].point_inward(interposer.inner, interposer.inner_subject)
        surroundings.emit(Kind.INTERPOSER_DETACHED, subject=record.identity, a=self._request, b=interposer.subject)
        ended()
        self._free()

    def _free(self) -> None:
        self._generations.synchronize()
        surroundings = self._surroundings
        tear_down(surroundings, self._interposer.subject)
        surroundings.emit(Kind.INTERPOSER_DESTROYED, subject=self._interposer.subject, b=self._record.identity)
