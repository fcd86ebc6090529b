"""What every fault is: something that goes wrong with one object, a given number of times.

A fault is injected by a command, so that it stands in the script and comes again in each replay, and it strikes later,
when the component does what it is to spoil: a call, packaging, unpackaging, a wake-up, the making of an instance. What
then becomes of a swap is the engine's to answer for: an honest outcome, the old component serving, no call lost. (The
paper is silent about failures in a swap.)

        injected  ->  waits for its occasion  ->  strikes, as often as it was told  ->  spent

How a fault gets into a component without a line of it there: the instance *wears* it. For as long as it wears one, its
class is a subclass, made for this one instance, whose calls ask the faults first. Attributes stay untouched, so that an
instance which takes over all attributes of its predecessor does not take over its faults.

Limits: a fault that is worn goes with the instance when that is replaced. A component that has slots only and no
`__dict__` cannot wear anything and is refused. Two faults for the same occasion strike in the order in which they came.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final

from model.engine.component import Component, Package, Setting, calls_of, interface_of
from model.trace.events import Kind

if TYPE_CHECKING:
    from model.engine.objects import ObjectRecord
    from model.engine.system import System
    from model.machine.surroundings import Surroundings

NEVER_NS: Final = 3_600_000_000_000
"""An hour of simulated time stands for ever."""


class InjectedFault(RuntimeError):
    """What a component raises that is made to fail."""


class Fault:
    """One fault of one object. `strikes_left` counts down to 0, and then it is spent.

    A subclass overrides the occasions that it spoils; `refusal` says why an object cannot have it, `place` puts it
    there.
    """

    name: ClassVar[str] = ""
    title: ClassVar[str] = ""
    summary: ClassVar[str] = ""
    settings: ClassVar[Mapping[str, Setting]] = {}
    """`times` every fault has: how often it strikes. `lasting_ns` have those that last."""
    has_method: ClassVar[bool] = False
    """Whether it may be limited to one call of the interface."""
    of_wrappers: ClassVar[bool] = False
    """Whether it strikes at an interposer, so that one must be attached."""

    def __init__(
        self, system: System, record: ObjectRecord, subject: int, *, times: int, lasting_ns: int, method: str
    ) -> None:
        self.system = system
        self.record = record
        self.subject = subject
        self.strikes_left = times
        self.lasting_ns = lasting_ns
        self.method = method

    # ---- what a subclass says

    @classmethod
    def refusal(cls, record: ObjectRecord, method: str) -> str:
        """Why this object cannot have the fault now, as a clause; empty if it can."""
        if method and not cls.has_method:
            return f"the fault {cls.title!r} is not limited to one call"
        if method and method not in calls_of(record.interface):
            return f"a {record.interface.title} has no call {method!r}"
        return ""

    def place(self) -> None:
        """Puts the fault where it strikes: by default the serving instance wears it."""
        wear(self.record.instance, self)

    # ---- the occasions; each may raise, or take time

    def in_call(self, method: str) -> None:
        """A call has come into the instance, and none of its own code has run."""

    def in_package(self, package: Package) -> Package:
        """The instance has packaged its state."""
        return package

    def in_unpackage(self) -> None:
        """The instance has taken over a predecessor's state."""

    # ---- striking

    def strikes(self) -> bool:
        """Whether it is this fault's turn; counts, and tells the trace."""
        if self.strikes_left <= 0:
            return False
        self.strikes_left -= 1
        self.system.surroundings.emit(
            Kind.FAULT_STRUCK, subject=self.record.identity, a=self.subject, b=self.strikes_left
        )
        return True

    def lasts(self) -> int:
        """How long what it does lasts, in ns."""
        return self.lasting_ns or NEVER_NS


TIMES: Final = Setting(1, "how often it strikes", 1, 1_000_000)


def lasting(default_ns: int) -> Setting:
    """The setting of a fault that lasts for a while."""
    return Setting(default_ns, "how long it lasts, in ns; 0 is for ever", 0, NEVER_NS)


# ---- wearing


class Worn:
    """The faults that one instance wears, and the class that it has without them."""

    def __init__(self, own: type[Component]) -> None:
        self.own = own
        self.faults: list[Fault] = []

    def active(self) -> list[Fault]:
        """Those that are not spent."""
        self.faults = [fault for fault in self.faults if fault.strikes_left > 0]
        return self.faults


def wear(instance: Component, fault: Fault) -> None:
    """Makes an instance ask `fault` on every occasion. Raises TypeError for one that cannot wear anything."""
    worn = getattr(type(instance), "_worn", None)
    if worn is None:
        worn = Worn(type(instance))
        instance.__class__ = _worn_class(worn)
    worn.faults.append(fault)


def take_off(instance: Component) -> None:
    """Gives an instance its own class back."""
    worn = getattr(type(instance), "_worn", None)
    if worn is not None:
        instance.__class__ = worn.own


def _take_off_if_spent(instance: Component, worn: Worn) -> None:
    if not worn.active():
        take_off(instance)


def can_wear(instance: object) -> bool:
    """Whether an instance's class can be exchanged."""
    return hasattr(instance, "__dict__")


def _worn_class(worn: Worn) -> type[Component]:
    """A subclass for one instance: each occasion asks the faults; when all are spent the instance is itself again."""
    own = worn.own
    body: dict[str, Any] = {"__module__": own.__module__, "_worn": worn}
    for method in calls_of(interface_of(own)):
        body[method] = _call(worn, method)
    body["package"] = _package(worn)
    body["unpackage"] = _unpackage(worn)
    return type(own.__name__, (own,), body)


def _call(worn: Worn, method: str) -> Any:
    original = getattr(worn.own, method)

    def call(self: Any, *arguments: Any, **keywords: Any) -> Any:
        for fault in worn.active():
            if fault.method in ("", method):
                fault.in_call(method)
        _take_off_if_spent(self, worn)
        return original(self, *arguments, **keywords)

    return call


def _package(worn: Worn) -> Any:
    def package(self: Any, bit: int) -> Package:
        packaged = worn.own.package(self, bit)
        try:
            for fault in worn.active():
                packaged = fault.in_package(packaged)
        finally:
            _take_off_if_spent(self, worn)
        return packaged

    return package


def _unpackage(worn: Worn) -> Any:
    def unpackage(self: Any, bit: int, package: Package) -> None:
        worn.own.unpackage(self, bit, package)
        for fault in worn.active():
            fault.in_unpackage()

    return unpackage


# ---- telling and injecting


def tell_faults(surroundings: Surroundings, faults: Iterable[type[Fault]]) -> dict[str, int]:
    """Tells the trace which faults there are; the number of each by its name."""
    numbers = {}
    for fault in faults:
        subject = numbers[fault.name] = surroundings.new_subject()
        surroundings.emit(Kind.FAULT_KNOWN, subject=subject, a=int(fault.of_wrappers), b=surroundings.name(fault.name))
        surroundings.emit(Kind.SUBJECT_TITLED, subject=subject, b=surroundings.name(fault.title))
    return numbers


def inject(
    system: System,
    record: ObjectRecord,
    fault: type[Fault],
    subject: int,
    *,
    times: int = 1,
    lasting_ns: int = 0,
    method: str = "",
    cause: int = -1,
) -> bool:
    """Puts a fault into an object, from now on; False if it was refused, which the trace says with the reason."""
    surroundings = system.surroundings
    refusal = fault.refusal(record, method)
    if lasting_ns and "lasting_ns" not in fault.settings:
        refusal = f"the fault {fault.title!r} does not last"
    if refusal:
        surroundings.emit(Kind.REQUEST_REFUSED, subject=record.identity, b=surroundings.text(refusal), cause=cause)
        return False
    surroundings.emit(Kind.FAULT_INJECTED, subject=record.identity, a=subject, b=times, cause=cause)
    default = fault.settings["lasting_ns"].default if "lasting_ns" in fault.settings else 0
    fault(system, record, subject, times=times, lasting_ns=lasting_ns or int(default), method=method).place()
    return True
