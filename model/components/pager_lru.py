"""A pager with a few buffers before its device; the buffer used least recently is used anew.

A page that is in a buffer costs a copy; for any other the device is asked, which serves one request at a time in the
order of arrival. Writes go to the buffer and through it to the device.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

from model.components.pager import STORED_PAGES, Pager, PagerImage
from model.components.suits import RECENT_USE
from model.engine.component import Component, Package, Setting
from model.engine.translation import Reference
from model.machine.surroundings import Surroundings
from model.protocols import BY_REFERENCE, CANONICAL

PAGE_BYTES = 4096


@dataclass(slots=True)
class PageStore:
    """All that a pager knows. `buffers` in order of replacement, next to go first."""

    stored: dict[tuple[int, int], int] = field(default_factory=dict)
    buffers: OrderedDict[tuple[int, int], None] = field(default_factory=OrderedDict)
    fetches: int = 0
    write_backs: int = 0


class LruPager(Component, Pager):
    """A buffered fetch takes about 1.1 us; any other, and every write, 8 us more and the time in the device's queue."""

    name = "pager_lru"
    title = "LRU"
    summary = "Buffers before the device; the one used least recently goes first."
    suits = RECENT_USE
    transfer_protocols = frozenset({BY_REFERENCE, CANONICAL})
    settings = {
        "buffers": Setting(32, "pages that the pager keeps in buffers", 0, 1 << 20),
        "buffer_ns": Setting(1_000, "time to copy a page from or to a buffer", 0, 1_000_000),
        "service_ns": Setting(8_000, "time of the device for a page, if it has one of its own", 1, 1_000_000_000),
        "device": Setting("", "the machine's device that it uses, like `disk` or `nfs`; none for one of its own"),
    }
    buffers: int
    buffer_ns: int
    service_ns: int
    device: str

    def __init__(
        self,
        surroundings: Surroundings,
        references: Mapping[str, Reference],
        *,
        identity: int = 0,
        **settings: int | str | bool,
    ) -> None:
        super().__init__(surroundings, references, identity=identity, **settings)
        self.store = PageStore()
        self.buffer_lock = surroundings.lock("lock of the buffers", identity)
        self.queue = surroundings.lock("queue of the device", identity)
        if self.device:
            surroundings.device(self.device)

    def fetch(self, file: int, index: int) -> int:
        page = (file, index)
        with self.buffer_lock:
            buffered = page in self.store.buffers
            if buffered:
                self._use(page)
            self.store.fetches += 1
        if not buffered:
            self._transfer()
        self.surroundings.work(self.buffer_ns)
        with self.buffer_lock:
            if not buffered:
                self._use(page)
            self._tell_now_and_then(self.store.fetches)
            return self.store.stored.get(page, 0)

    def write_back(self, file: int, index: int, value: int) -> None:
        page = (file, index)
        self.surroundings.work(self.buffer_ns)
        self._transfer()
        with self.buffer_lock:
            if page not in self.store.stored and len(self.store.stored) >= STORED_PAGES:
                raise MemoryError(f"all {STORED_PAGES} pages are taken: no room for page {index} of file {file}")
            self.store.stored[page] = value
            self.store.write_backs += 1
            self._use(page)
            self._tell_now_and_then(self.store.write_backs)

    def discard(self, file: int, first: int, count: int) -> None:
        with self.buffer_lock:
            self.surroundings.work(self.buffer_ns)
            for page in self._stored_of(file, first, count):
                self.store.stored.pop(page, None)
                self.store.buffers.pop(page, None)

    def package(self, bit: int) -> Package:
        store = self.store
        if bit == BY_REFERENCE:
            return Package(store, 0)
        if bit == CANONICAL:
            image = PagerImage(
                tuple(sorted(store.stored.items())), tuple(store.buffers), store.fetches, store.write_backs
            )
            # Pages on the device stay there; what is copied are the buffers.
            return Package(image, len(store.buffers) * PAGE_BYTES)
        return super().package(bit)

    def unpackage(self, bit: int, package: Package) -> None:
        if bit == BY_REFERENCE:
            if not isinstance(package.state, PageStore):
                raise TypeError(f"a pager's store is a PageStore, not a {type(package.state).__name__}")
            self.store = package.state
        elif bit == CANONICAL:
            image = package.state
            if not isinstance(image, PagerImage):
                raise TypeError(f"a pager's canonical form is a PagerImage, not a {type(image).__name__}")
            buffers = OrderedDict.fromkeys(image.buffered)
            self.store = PageStore(dict(image.stored), buffers, image.fetches, image.write_backs)
        else:
            super().unpackage(bit, package)
        self._tell()

    def _transfer(self) -> None:
        """One page from or to the device, when it is its turn."""
        if self.device:
            self.surroundings.device(self.device).transfer(PAGE_BYTES)
        else:
            with self.queue:
                self.surroundings.sleep(self.service_ns)

    def _use(self, page: tuple[int, int]) -> None:
        """The page is in a buffer and was used last; another leaves its buffer if there is none free."""
        if page not in self.store.buffers:
            if not self.buffers:
                return
            while len(self.store.buffers) >= self.buffers:
                self.store.buffers.popitem(last=False)
        self.store.buffers[page] = None
        self.store.buffers.move_to_end(page)

    def _stored_of(self, file: int, first: int, count: int) -> list[tuple[int, int]]:
        if count <= len(self.store.stored):
            return [(file, index) for index in range(first, first + count)]
        known = self.store.stored.keys() | self.store.buffers.keys()
        return sorted(page for page in known if page[0] == file and first <= page[1] < first + count)

    def _tell_now_and_then(self, count: int) -> None:
        if count % 16 == 0:
            self._tell()

    def _tell(self) -> None:
        self.report("stored", len(self.store.stored))
        self.report("buffered", len(self.store.buffers))
