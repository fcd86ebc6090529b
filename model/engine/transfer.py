"""State transfer: the third capability (paper §3.3, §4.3.2).

The two vectors of up to 64 protocols are intersected before anything is installed, and the highest common bit decides.
The old component packages its state in that form, the new one unpackages it. All implementations of an interface share
the canonical form at least.

Both run in a thread of their own, so that one which does not come back can be given up. Until the commit the old
component keeps serving in principle, and so neither may change it.
"""

from __future__ import annotations

from model.engine.component import Component, Package
from model.engine.objects import ObjectRecord
from model.machine.errors import words_of
from model.machine.surroundings import Operation, Surroundings
from model.protocols import negotiate, vector
from model.trace.events import Kind

BYTES_AT_MOST = 2**40


class TransferFailed(Exception):
    """An implementation raised, or returned what is no package; the message says which and what."""


def protocol_between(old: type[Component], new: type[Component]) -> int | None:
    """The bit of the best protocol that both speak; None if they share none."""
    return negotiate(vector(old.transfer_protocols), vector(new.transfer_protocols))


def transfer(surroundings: Surroundings, record: ObjectRecord, new: Component, bit: int, request: int) -> None:
    """Moves the whole state from the object's instance to `new`; TransferFailed if either does not do its part."""
    old = record.instance
    package = _package(surroundings, old, bit)
    _copy(surroundings, record, Kind.STATE_PACKAGED, package, request)
    surroundings.point(Operation.TRANSFER_STEP, record.identity)
    if not package.whole:
        raise TransferFailed(f"a part of what {old.name} had packaged was lost on the way")
    try:
        new.unpackage(bit, package)
    except Exception as error:
        raise TransferFailed(f"{new.name} raised in unpackage: {words_of(error)}") from error
    _copy(surroundings, record, Kind.STATE_UNPACKAGED, package, request)


def _package(surroundings: Surroundings, old: Component, bit: int) -> Package:
    surroundings.point(Operation.TRANSFER_STEP, old.identity)
    try:
        package = old.package(bit)
    except Exception as error:
        raise TransferFailed(f"{old.name} raised in package: {words_of(error)}") from error
    if not isinstance(package, Package):
        raise TransferFailed(f"{old.name} returned {type(package).__name__} from package instead of a package")
    size = package.size_bytes
    if not isinstance(size, int) or not 0 <= size <= BYTES_AT_MOST:
        raise TransferFailed(f"{old.name} returned a package of {size!r} bytes")
    return package


def _copy(surroundings: Surroundings, record: ObjectRecord, kind: Kind, package: Package, request: int) -> None:
    """The time that the bytes take, known when it begins."""
    ns = package.size_bytes * surroundings.costs.copy_ns_per_kib // 1024
    surroundings.emit(kind, until_ns=surroundings.now_ns + ns, a=request, b=package.size_bytes, subject=record.identity)
    surroundings.work(ns)
