"""A file server in memory: files have no device behind them, so their pages stay until the files go.

For each file it makes a file cache manager, of the kind that it was set to. These are parts of the server and no
objects of the system: ten thousand files would be as many nodes of the graph and rows of the tables, and none of them
is ever swapped by itself. They are the same classes, priced by the same tables.

Limits: one lock for the table of files; pages are not given back when page frames are short, as there is nowhere to
bring them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from model.components.charges import Charge, Purse
from model.components.fcm import DESCRIPTOR_BYTES, FILE_PAGES, PAGE_BYTES, FileCache
from model.components.fcm_replicated import ReplicatedFileCache
from model.components.fcm_sequential import SequentialFileCache
from model.components.fcm_single import SingleFileCache
from model.components.file_server import FileServer, Opened, Pages, ServedFile, ServerImage
from model.components.paged_file import PagedFile
from model.engine.component import Component, Package, Setting
from model.engine.translation import Reference
from model.machine.surroundings import Surroundings
from model.protocols import CANONICAL

FILES: Final = 1 << 20
KINDS: Final[dict[str, type[PagedFile]]] = {
    made.name: made for made in (SingleFileCache, ReplicatedFileCache, SequentialFileCache)
}

CHARGES: Final = {
    # Under the lock: the table of files alone.
    "enter": Charge(cycles=300, writes=("table of files", "free numbers")),
    "find": Charge(cycles=150, reads=("table of files",)),
    # Outside of it. A name is looked up and entered, a file object made and its page table: the long path of a file
    # system, of which the file's cache manager is charged by itself.
    "create": Charge(cycles=48_000, allocates=(512, 256)),
    "remove": Charge(cycles=40_000, frees=(512, 256)),
    "open": Charge(cycles=19_500, allocates=(192,)),
    "close": Charge(cycles=13_000, frees=(192,)),
    "update": Charge(cycles=400),
    "attribute": Charge(cycles=300, reads=("table of files",)),
    # To a page that a user has mapped: the hardware's dirty bit is looked at when the mapping ends.
    "harvest": Charge(cycles=120),
    # A page of zeros, and its copy to or from the user.
    "zero": Charge(cycles=1_024),
    "copy": Charge(cycles=250),
}


class NoDevice:
    """Behind files that live in memory alone: what is not there is zero, and nothing is ever brought away."""

    def fetch(self, file: int, index: int) -> int:
        return 0

    def write_back(self, file: int, index: int, value: int) -> None:
        raise AssertionError("a file in memory has nowhere to be written back to")

    def discard(self, file: int, first: int, count: int) -> None:
        """Nothing was kept."""


@dataclass(frozen=True, slots=True)
class NoDeviceReference:
    """What the file cache managers have for a pager."""

    object: NoDevice = field(default_factory=NoDevice)


@dataclass(slots=True)
class ServedState:
    """One file."""

    cache: PagedFile
    length: int = 0
    users: dict[int, int] = field(default_factory=dict)


class RamFileServer(Component, FileServer):
    """Makes, opens and removes files; each has a cache manager of the kind that `fcm` names.

    Creating takes about 85 us at 600 MHz, removing 70, opening and closing 60 together, which is what makes a load of
    many small files slow.
    """

    name = "file_server_ram"
    title = "File server, in memory"
    summary = "Files in memory, each with a file cache manager of its own."
    transfer_protocols = frozenset({CANONICAL})
    settings = {"fcm": Setting(SingleFileCache.name, f"the kind of cache manager of each file: {', '.join(KINDS)}")}
    fcm: str

    def __init__(
        self,
        surroundings: Surroundings,
        references: Mapping[str, Reference],
        *,
        identity: int = 0,
        **settings: int | str | bool,
    ) -> None:
        super().__init__(surroundings, references, identity=identity, **settings)
        if self.fcm not in KINDS:
            raise ValueError(f"there is no cache manager {self.fcm!r} for files in memory: {', '.join(KINDS)}")
        self.files: dict[int, ServedState] = {}
        self.idle: list[PagedFile] = []
        """Cache managers of files that are gone: used again, as each has locks, which the trace knows for ever."""
        self.lock = surroundings.lock("lock of the table of files", identity)
        self.purse = Purse(surroundings, CHARGES, identity)

    # ---- files

    def create(self, file: int) -> None:
        self.purse.pay("create")
        cache = self._cache_of(file)
        with self.lock:
            self.purse.pay("enter")
            refusal = ""
            if file in self.files:
                refusal = f"there is a file {file} already"
            elif len(self.files) >= FILES:
                refusal = f"there are {FILES} files, and no more are made: remove some"
            else:
                self.files[file] = ServedState(cache)
                self._tell_now_and_then()
        if refusal:
            cache.dissolve()
            self.idle.append(cache)
            raise FileExistsError(refusal)

    def remove(self, file: int) -> int:
        with self.lock:
            served = self._served(file)
            if served.users:
                raise PermissionError(f"file {file} is open: close it first")
            self.purse.pay("enter")
            del self.files[file]
        self.purse.pay("remove")
        resident = served.cache.dissolve()
        self.idle.append(served.cache)
        return resident

    def open(self, file: int, user: int, with_pages_to: int = 0) -> Opened:
        self.purse.pay("open")
        with self.lock:
            self.purse.pay("find")
            served = self._served(file)
            served.users[user] = served.users.get(user, 0) + 1
            length = served.length
        if length > with_pages_to:
            return Opened(length)
        return Opened(length, tuple(enumerate(self.read_pages(file, 0, -(-length // PAGE_BYTES)))))

    def close(self, file: int, user: int, length: int, written: Pages = ()) -> None:
        self._take_over(self._served(file), length, written)
        with self.lock:
            served = self._served(file)
            if user not in served.users:
                raise ValueError(f"user {user} does not have file {file} open")
            self.purse.pay("find")
            served.users[user] -= 1
            if not served.users[user]:
                del served.users[user]
        self.purse.pay("close")

    def update(self, file: int, length: int, written: Pages = ()) -> None:
        self.purse.pay("update")
        self._take_over(self._served(file), length, written)

    def length(self, file: int) -> int:
        self.purse.pay("attribute")
        return self._served(file).length

    def users(self, file: int) -> int:
        self.purse.pay("attribute")
        return len(self._served(file).users)

    # ---- pages

    def map_page(self, file: int, index: int) -> int:
        return self._page(self._served(file).cache, index)

    def read_pages(self, file: int, first: int, count: int) -> tuple[int, ...]:
        cache = self._served(file).cache
        values = tuple(self._page(cache, index) for index in range(first, first + count))
        self.purse.pay("copy", times=max(1, count))
        return values

    def write_pages(self, file: int, first: int, count: int, value: int, length: int) -> None:
        served = self._served(file)
        for index in range(first, first + count):
            served.cache.write_page(index, value)
        self.purse.pay("copy", times=max(1, count))
        served.length = max(served.length, length)

    def _page(self, cache: FileCache, index: int) -> int:
        return cache.map_page(index)

    def _take_over(self, served: ServedState, length: int, written: Pages) -> None:
        """The pages first: nobody may be let to bytes that are not there yet."""
        for index, value in written:
            self.purse.pay("harvest")
            served.cache.write_page(index, value)
        served.length = length

    def _tell_now_and_then(self) -> None:
        if len(self.files) % 64 == 0:
            self.report("files", len(self.files))

    def _served(self, file: int) -> ServedState:
        served = self.files.get(file)
        if served is None:
            raise FileNotFoundError(f"there is no file {file}")
        return served

    def _cache_of(self, file: int) -> PagedFile:
        if self.idle:
            cache = self.idle.pop()
            cache.begin(file)
            return cache
        references: Any = {"pager": NoDeviceReference()}
        return KINDS[self.fcm](
            self.surroundings, references, identity=self.identity, file=file, frames=FILE_PAGES, report_every=0
        )

    # ---- state transfer

    def package(self, bit: int) -> Package:
        if bit == CANONICAL:
            files = tuple(
                ServedFile(number, served.length, tuple(sorted(served.users.items())), _image(served.cache))
                for number, served in sorted(self.files.items())
            )
            # Pages stay in their frames; what describes them moves.
            return Package(ServerImage(files), sum(len(file.image.pages) * DESCRIPTOR_BYTES for file in files))
        return super().package(bit)

    def unpackage(self, bit: int, package: Package) -> None:
        state = package.state
        if bit == CANONICAL:
            if not isinstance(state, ServerImage):
                raise TypeError(f"the canonical form of a file server is a ServerImage, not a {type(state).__name__}")
            files = {}
            for file in state.files:
                cache = self._cache_of(file.number)
                cache.unpackage(CANONICAL, Package(file.image, 0))
                files[file.number] = ServedState(cache, file.length, dict(file.users))
            opened = sum(sum(served.users.values()) for served in files.values())
            self.purse.hold(sum(CHARGES["create"].allocates) * len(files) + sum(CHARGES["open"].allocates) * opened)
            self.files = files
        else:
            super().unpackage(bit, package)
        self.report("files", len(self.files))


def _image(cache: PagedFile) -> Any:
    return cache.package(CANONICAL).state
