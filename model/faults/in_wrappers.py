"""Faults of interposers: a wrapper that raises before or after the call that it stands around."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from model.faults.fault import TIMES, Fault, InjectedFault

if TYPE_CHECKING:
    from model.engine.objects import ObjectRecord


class _FaultOfWrappers(Fault):
    """Struck at the outermost interposer that stands before the object when the fault is injected."""

    settings = {"times": TIMES}
    of_wrappers = True

    @classmethod
    def refusal(cls, record: ObjectRecord, method: str) -> str:
        if not record.interposers:
            return f"no interposer is attached to {record.name}"
        return super().refusal(record, method)

    def place(self) -> None:
        wrapper: Any = self.record.interposers[0].wrapper
        # On the instance: its class is how a detach finds it.
        own_precall, own_postcall = wrapper.precall, wrapper.postcall

        def precall(method: str, arguments: tuple[Any, ...]) -> Any:
            self.in_precall(method)
            return own_precall(method, arguments)

        def postcall(method: str, state: Any, result: Any, error: BaseException | None) -> Any:
            answer = own_postcall(method, state, result, error)
            self.in_postcall(method)
            return answer

        wrapper.precall, wrapper.postcall = precall, postcall

    def in_precall(self, method: str) -> None:
        """The wrapper's PRECALL begins."""

    def in_postcall(self, method: str) -> None:
        """The wrapper's POSTCALL has ended."""


class RaisesInPrecall(_FaultOfWrappers):
    """The wrapper raises before the call: the component never sees it."""

    name = "raises_in_precall"
    title = "PRECALL raises"
    summary = "The outermost wrapper raises before the next call."

    def in_precall(self, method: str) -> None:
        if self.strikes():
            raise InjectedFault(f"PRECALL of {method} of {self.record.name} fails, as it was told to")


class RaisesInPostcall(_FaultOfWrappers):
    """The wrapper raises after the call: its effect stands, and the caller sees the exception."""

    name = "raises_in_postcall"
    title = "POSTCALL raises"
    summary = "The outermost wrapper raises after the next call."

    def in_postcall(self, method: str) -> None:
        if self.strikes():
            raise InjectedFault(f"POSTCALL of {method} of {self.record.name} fails, as it was told to")
