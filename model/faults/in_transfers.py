"""Faults of state transfer: raising on either side, state that arrives cut or bent, a protocol that is not spoken."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from model.engine.component import Component, Package
from model.faults.fault import TIMES, Fault, InjectedFault, can_wear, take_off, wear

if TYPE_CHECKING:
    from model.engine.objects import ObjectRecord


class _FaultOfTransfers(Fault):
    """Worn by the instance that packages its state."""

    settings = {"times": TIMES}

    @classmethod
    def refusal(cls, record: ObjectRecord, method: str) -> str:
        if not can_wear(record.instance):
            return f"{record.instance.title} has no room for a fault (its class has slots only)"
        return super().refusal(record, method)


class RaisesInPackage(_FaultOfTransfers):
    """The old component raises when it is to hand over its state."""

    name = "raises_in_package"
    title = "package raises"
    summary = "The component raises when its state is packaged."

    def in_package(self, package: Package) -> Package:
        if self.strikes():
            raise InjectedFault(f"{self.record.name} fails in package, as it was told to")
        return package


class RaisesInUnpackage(Fault):
    """The new component raises when it has taken over the state. It is worn by the next instance that is made."""

    name = "raises_in_unpackage"
    title = "unpackage raises"
    summary = "The next implementation raises while it takes over."
    settings = {"times": TIMES}

    def place(self) -> None:
        self.system.factory.when_made.append(self._made)

    def _made(self, record: ObjectRecord, instance: Component) -> None:
        if record is self.record and self.strikes_left > 0 and can_wear(instance):
            wear(instance, self)

    def in_unpackage(self) -> None:
        if self.strikes():
            if not self.strikes_left:
                self.system.factory.when_made.remove(self._made)
            raise InjectedFault(f"{self.record.name} fails in unpackage, as it was told to")


class TruncatedState(_FaultOfTransfers):
    """Half of the state is lost on the way: it is packaged whole and arrives cut."""

    name = "truncated_state"
    title = "state truncated"
    summary = "Half of the packaged state is lost on its way."

    def in_package(self, package: Package) -> Package:
        if self.strikes():
            # Past the package's own seal, as a fault of the memory that it lies in would be.
            object.__setattr__(package, "state", cut(package.state))
        return package


class WrongShape(_FaultOfTransfers):
    """The component packages something that is not its state at all."""

    name = "wrong_shape"
    title = "misshapen state"
    summary = "The component packages something else than its state."

    def in_package(self, package: Package) -> Package:
        return Package({"shape": "wrong"}, package.size_bytes) if self.strikes() else package


class ClaimsProtocol(_FaultOfTransfers):
    """The component claims every transfer protocol there is, and speaks no more than before."""

    name = "claims_protocol"
    title = "claims a protocol"
    summary = "The component claims all transfer protocols and speaks no new one."

    def place(self) -> None:
        super().place()
        worn: Any = type(self.record.instance)
        self._spoken = frozenset(worn.transfer_protocols)
        worn.transfer_protocols = frozenset(range(64))
        worn.package = self._claiming(worn.package)

    def _claiming(self, package: Any) -> Any:
        def claiming(instance: Component, bit: int) -> Package:
            if bit not in self._spoken and self.strikes():
                if not self.strikes_left:
                    take_off(instance)
                raise NotImplementedError(f"{instance.name} claims protocol {bit} and does not package it")
            packaged: Package = package(instance, bit)
            return packaged

        return claiming


def cut(state: Any) -> Any:
    """The first half of a state: of a text, a list or a mapping; of a record its longest field cut; else nothing."""
    if isinstance(state, (str, bytes, list, tuple)):
        return state[: len(state) // 2]
    if isinstance(state, dict):
        return dict(list(state.items())[: len(state) // 2])
    if dataclasses.is_dataclass(state) and not isinstance(state, type):
        fields = {field.name: getattr(state, field.name) for field in dataclasses.fields(state) if field.init}
        sized = [name for name, value in fields.items() if isinstance(value, (str, bytes, list, tuple, dict)) and value]
        if sized:
            longest = max(sized, key=lambda name: len(fields[name]))
            return dataclasses.replace(state, **{longest: cut(fields[longest])})
    return None
