"""The regions of one file, each on cache lines of its own; what they share is the file's cache manager alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from model.components.charges import Charge, Purse
from model.components.fcm import FileCache
from model.components.region import Region, RegionImage
from model.engine.component import Component, Package
from model.engine.translation import Reference
from model.machine.surroundings import Surroundings
from model.protocols import CANONICAL

REGION_BYTES = 256
CHARGES = {
    "attach": Charge(cycles=900, writes=("region",), allocates=(REGION_BYTES,)),
    "detach": Charge(cycles=700, writes=("region",), frees=(REGION_BYTES,)),
    # The process is looked up, its region counts the request in and out, access is checked, a bit is set.
    "fault": Charge(cycles=600, atomics=("region", "region"), writes=("page table",)),
}


@dataclass(slots=True)
class Shown:
    """One process's region."""

    purse: Purse
    faults: int = 0


class DefaultRegion(Component, Region):
    """A fault takes 600 cycles here, on lines of the process's own, and then the cache manager's time."""

    name = "region"
    title = "Region"
    summary = "Where address spaces show a file: faults go through it to the file's cache manager."
    transfer_protocols = frozenset({CANONICAL})
    uses = {"cache": FileCache}

    def __init__(
        self,
        surroundings: Surroundings,
        references: Mapping[str, Reference],
        *,
        identity: int = 0,
        **settings: int | str | bool,
    ) -> None:
        super().__init__(surroundings, references, identity=identity, **settings)
        self.shown: dict[int, Shown] = {}

    def attach(self, process: int) -> None:
        if process in self.shown:
            raise ValueError(f"process {process} has this file in its address space already")
        shown = self.shown[process] = self._shown()
        shown.purse.pay("attach")
        self._cache().attach_region(process)

    def fault(self, process: int, page: int) -> int:
        shown = self._of(process)
        shown.purse.pay("fault")
        shown.faults += 1
        return self._cache().map_page(page)

    def detach(self, process: int) -> int:
        shown = self._of(process)
        self._cache().detach_region(process)
        shown.purse.pay("detach")
        del self.shown[process]
        return shown.faults

    def attached(self) -> int:
        return len(self.shown)

    def package(self, bit: int) -> Package:
        if bit != CANONICAL:
            return super().package(bit)
        faults = tuple((process, shown.faults) for process, shown in sorted(self.shown.items()))
        return Package(RegionImage(faults), len(faults) * 16)

    def unpackage(self, bit: int, package: Package) -> None:
        if bit != CANONICAL:
            super().unpackage(bit, package)
            return
        image = package.state
        if not isinstance(image, RegionImage):
            raise TypeError(f"regions travel in a RegionImage, not in a {type(image).__name__}")
        shown = {}
        for process, faults in image.faults:
            shown[process] = self._shown()
            shown[process].purse.hold(REGION_BYTES)
            shown[process].faults = faults
        self.shown = shown

    def _shown(self) -> Shown:
        return Shown(Purse(self.surroundings, CHARGES, self.identity))

    def _of(self, process: int) -> Shown:
        shown = self.shown.get(process)
        if shown is None:
            raise LookupError(f"process {process} does not have this file in its address space")
        return shown

    def _cache(self) -> FileCache:
        cache: FileCache = self.references["cache"].object
        return cache
