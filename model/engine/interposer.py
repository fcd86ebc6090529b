"""The generic interposer: a wrapper's work around every call of a component (paper §4.3.1, Figure 2).

        entry --> interposer --> component
                  |- wrapper.precall
                  |- the call itself
                  `- wrapper.postcall

It is generated per interface and wrapper class, with exactly what the wrapper declares that it needs: one that skips
POSTCALL costs no more than a PRECALL and a jump. K42 kept the state of a call in flight on the heap and found it by a
callee-saved register; here it is a local variable of the generated method, and the simulated machine charges for the
heap.

Attaching and detaching write entries and never make a caller wait. A detached interposer is freed after a quiescence,
because a thread may still hold it.
"""

from __future__ import annotations

from typing import Any

from model.engine.building import CALL_STATE_BYTES
from model.engine.generated import Method, Template, generate
from model.engine.objects import ObjectRecord
from model.engine.wrapper import Wrapper
from model.machine.surroundings import Operation, Surroundings
from model.trace.events import Kind


class Interposer:
    """Stands in front of one object; attached, then detached, then freed."""

    __slots__ = ("inner", "inner_subject", "record", "subject", "surroundings", "wrapper")

    def __init__(self, surroundings: Surroundings, record: ObjectRecord, wrapper: Wrapper, subject: int) -> None:
        self.surroundings = surroundings
        self.record = record
        self.wrapper = wrapper
        self.subject = subject
        self.inner: Any = None
        self.inner_subject = 0

    def point_inward(self, target: Any, subject: int) -> None:
        """What calls go on to; the one access after the caller's point."""
        self.inner = target
        self.inner_subject = subject

    def keep_state(self) -> None:
        """Makes room on the heap for what POSTCALL will need; on nobody's account, since it is gone so soon."""
        self.surroundings.allocate(CALL_STATE_BYTES)

    def drop_state(self) -> None:
        """Gives it back."""
        self.surroundings.free(CALL_STATE_BYTES)

    def mark(self, kind: Kind, index: int) -> None:
        """Charges for the wrapper's part of a call and writes it into the trace."""
        surroundings = self.surroundings
        surroundings.point(Operation.WRAPPER, self.subject)
        call = getattr(surroundings.current, "call", None)
        if call is not None:
            surroundings.emit(
                kind, cause=call.position, call=call.number, b=self.record.identity, subject=self.subject,
                method=self.record.methods[index], client=call.front.client,
            )  # fmt: skip


def interposer_for(surroundings: Surroundings, record: ObjectRecord, wrapper: Wrapper, subject: int) -> Interposer:
    """An interposer for an object of any interface."""
    kind = type(wrapper)
    key = (kind.methods, kind.changes_arguments, kind.changes_results, kind.skips_postcall, surroundings.recording)
    made = generate(record.interface, Interposer, _template(kind, surroundings.recording), key)
    interposer: Interposer = made(surroundings, record, wrapper, subject)
    return interposer


def _template(kind: type[Wrapper], marked: bool) -> Template:
    def body(method: Method) -> list[str]:
        forward = f"self.inner.{method.name}({method.arguments})"
        read = [f"self.surroundings.point({int(Operation.TABLE_READ)})"] if marked else []
        if kind.methods is not None and method.name not in kind.methods:
            return [*read, f"return {forward}"]
        before = _before(method, kind, marked)
        if kind.skips_postcall:
            return [*before, *read, f"return {forward}"]
        after = [f"self.mark({int(Kind.POSTCALL_RAN)}, {method.place})", "self.drop_state()"] if marked else []
        result = "return " if kind.changes_results else ""
        return [
            *before,
            # A thread may be killed at each point: the wrapper hears the end of all that it heard begin.
            "try:",
            *(f"    {line}" for line in read),
            f"    _result = {forward}",
            *(f"    {line}" for line in after),
            "except BaseException as _error:",
            "    try:",
            *(f"        {line}" for line in after or ["pass"]),
            "    finally:",
            f"        _wrapper.postcall({method.name!r}, _state, None, _error)",
            "    raise",
            f"{result}_wrapper.postcall({method.name!r}, _state, _result, None)",
            *(["return _result"] if not kind.changes_results else []),
        ]

    return body


def _before(method: Method, kind: type[Wrapper], marked: bool) -> list[str]:
    """PRECALL. The wrapper is read once into a local: its two calls then cost a fifth less than bound methods kept."""
    precall = f"_wrapper.precall({method.name!r}, {method.values})"
    if kind.changes_arguments:
        call = f"_state, {method.values} = {precall}"
    else:
        call = f"_state = {precall}"
    mark = [f"self.mark({int(Kind.PRECALL_RAN)}, {method.place})"] if marked else []
    if marked and not kind.skips_postcall:
        mark.append("self.keep_state()")
    return [*mark, "_wrapper = self.wrapper", call]
