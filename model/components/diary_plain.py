"""A diary that watches itself: it tells the trace the truth, whatever stands in front of it.

    ACTIVATION_BEGAN ... other threads ... the tag is written, ACTIVATION_ENDED (tag, digest)

What a mediator says of who is inside may be wrong, and is what is under examination; each *activation* as the diary
tells it is not the mediator's word. With every effect goes a rolling digest of the whole state, so whoever reads the
rows can compute what it should be, one step an effect.

Limits: it reports each call, and so is no component to measure with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from model.components.diary import ENTRIES_BY_REFERENCE, TAG_BYTES, Diary
from model.engine.component import Component, Package, Setting
from model.engine.factory import OWN
from model.engine.translation import Reference
from model.machine.errors import words_of
from model.machine.surroundings import Surroundings
from model.protocols import CANONICAL
from model.trace.effects import after, tag_of
from model.trace.events import Kind


class PlainDiary(Component, Diary):
    """The diary as a list of tags; each entry takes `write_ns`."""

    name = "diary"
    title = "Diary"
    summary = "Writes down who called, and tells the trace who is inside."
    offered = False
    transfer_protocols = frozenset({CANONICAL, ENTRIES_BY_REFERENCE})
    uses = {OWN: Diary}
    settings = {"write_ns": Setting(1_000, "time inside before an entry is written", 0, 1_000_000_000)}
    write_ns: int

    def __init__(
        self,
        surroundings: Surroundings,
        references: Mapping[str, Reference],
        *,
        identity: int = 0,
        **settings: int | str | bool,
    ) -> None:
        super().__init__(surroundings, references, identity=identity, **settings)
        self.entries: list[int] = []
        self.digest = 0
        self.line = surroundings.line("diary", identity)
        self._tell_state()

    def note(self, caller: int, sequence: int, depth: int = 0) -> int:
        return self._activation(caller, sequence, depth, None)

    def nest(self, caller: int, sequence: int, depth: int = 1) -> int:
        def inner() -> None:
            own: Diary = self.references[OWN].object
            if depth > 1:
                own.nest(caller, sequence, depth - 1)
            else:
                own.note(caller, sequence)

        return self._activation(caller, sequence, depth, inner)

    def twice(self, caller: int, sequence: int) -> int:
        def inner() -> None:
            for which in (1, 2):
                own: Diary = self.references[OWN].object
                own.note(caller, sequence, which)

        return self._activation(caller, sequence, 3, inner)

    def fail(self, caller: int, sequence: int) -> int:
        def inner() -> None:
            self.surroundings.write(self.line)
            raise ValueError(f"call {sequence} of caller {caller} was to fail")

        return self._activation(caller, sequence, 0, inner)

    def far(self, caller: int, sequence: int) -> int:
        def over_there() -> int:
            own: Diary = self.references[OWN].object
            return own.note(caller, sequence)

        def inner() -> None:
            here = self.surroundings.current.processor
            self.surroundings.call_on((here + 1) % self.surroundings.processors, over_there)

        return self._activation(caller, sequence, 1, inner)

    def forward(self, caller: int, sequence: int) -> int:
        def inner() -> None:
            if "other" in self.references:
                other: Diary = self.references["other"].object
                other.note(caller, sequence)

        return self._activation(caller, sequence, 1, inner)

    def package(self, bit: int) -> Package:
        if bit not in self.transfer_protocols:
            return super().package(bit)
        self._tell_state(bit)
        if bit == ENTRIES_BY_REFERENCE:
            return Package(self.entries, 0)
        return Package(tuple(self.entries), TAG_BYTES * len(self.entries))

    def unpackage(self, bit: int, package: Package) -> None:
        if bit not in self.transfer_protocols:
            super().unpackage(bit, package)
        entries = package.state if bit == ENTRIES_BY_REFERENCE else list(package.state)
        if not isinstance(entries, list) or not all(isinstance(entry, int) for entry in entries):
            raise TypeError("a diary's state is a sequence of whole numbers")
        digest = 0
        for entry in entries:
            digest = after(digest, entry)
        self.entries, self.digest = entries, digest
        self._tell_state(bit)

    def _activation(self, caller: int, sequence: int, depth: int, inner: Callable[[], None] | None) -> int:
        """Is inside, does `inner`, writes the tag, and is outside; the tag."""
        surroundings = self.surroundings
        call = getattr(surroundings.current, "call", None)
        number = 0 if call is None else call.number
        surroundings.emit(Kind.ACTIVATION_BEGAN, subject=self.identity, call=number)
        try:
            if inner is not None:
                inner()
            if self.write_ns:
                surroundings.work(self.write_ns)
            surroundings.write(self.line)
        except BaseException as error:
            text = surroundings.text(words_of(error))
            surroundings.emit(Kind.ACTIVATION_RAISED, subject=self.identity, call=number, b=text)
            raise
        tag = tag_of(caller, sequence, depth)
        self.entries.append(tag)
        self.digest = after(self.digest, tag)
        surroundings.emit(Kind.ACTIVATION_ENDED, subject=self.identity, call=number, a=tag, b=self.digest)
        return tag

    def _tell_state(self, bit: int = -1) -> None:
        self.surroundings.emit(
            Kind.STATE_TOLD, subject=self.identity, a=len(self.entries), b=self.digest, method=bit + 1
        )


class OtherDiary(PlainDiary):
    """The same diary once more, to swap the one for the other."""

    name = "diary_other"
    title = "Diary, other"
    summary = "The same as the diary, to be swapped with it."


class DiaryFailsInPackage(PlainDiary):
    """Raises when it is to hand over its state."""

    name = "diary_fails_in_package"
    title = "Diary, fails in package"
    summary = "Raises when its state is to be packaged."

    def package(self, bit: int) -> Package:
        self.surroundings.work(self.write_ns)
        raise RuntimeError("package failed, as it should")


class DiaryFailsInUnpackage(PlainDiary):
    """Raises when it has taken over the state already."""

    name = "diary_fails_in_unpackage"
    title = "Diary, fails in unpackage"
    summary = "Raises when it takes over a predecessor's state."

    def unpackage(self, bit: int, package: Package) -> None:
        super().unpackage(bit, package)
        self.surroundings.work(self.write_ns)
        raise RuntimeError("unpackage failed, as it should")


FAILING_DIARIES: tuple[type[Component], ...] = (DiaryFailsInPackage, DiaryFailsInUnpackage)
"""The conformance suite leaves them out."""
