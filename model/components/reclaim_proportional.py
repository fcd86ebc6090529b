"""K42's page replacement: a round asks some of the file cache managers in turn, and each gives back its share.

        free frames     enough            low               critical
                          |   pressure 1   |   pressure 2      |   pressure 3
        a round asks at most `caches` of them, and a quarter of all, from where the last round stopped

The machine wakes it when fewer frames are free than `low`; it works until `enough` are, in a request a round, so that
no round keeps a generation from ending longer than it must. When a whole turn over all files has brought nothing, not
even under the highest pressure, it rests until it is woken again.
"""

from __future__ import annotations

from collections.abc import Mapping

from model.components.charges import Charge, Purse
from model.components.fcm import FileCache
from model.components.reclaim import CRITICAL, LIGHT, LOW, Reclaim, ReclaimImage
from model.engine.component import Component, Package, Setting
from model.engine.translation import Reference
from model.machine.surroundings import Surroundings
from model.protocols import CANONICAL

KERNEL = 0
IMAGE_BYTES = 24
CHARGES = {"round": Charge(cycles=1_200, writes=("turn",)), "visit": Charge(cycles=250)}


class ProportionalReclaim(Component, Reclaim):
    """Asks the file cache managers that it uses, in the order of their names. Figures: "rounds", "frames freed"."""

    name = "reclaim_proportional"
    title = "Page replacement, proportional"
    summary = "Asks the files in turn for a share of their page frames when these are short."
    transfer_protocols = frozenset({CANONICAL})
    uses = {"own": Reclaim}
    also_uses = {"cache": FileCache}
    settings = {"caches": Setting(20, "file cache managers that a round asks at most", 1, 4_096)}
    caches: int

    def __init__(
        self,
        surroundings: Surroundings,
        references: Mapping[str, Reference],
        *,
        identity: int = 0,
        **settings: int | str | bool,
    ) -> None:
        super().__init__(surroundings, references, identity=identity, **settings)
        self.purse = Purse(surroundings, CHARGES, identity)
        self.turn = self.done = self.freed = 0
        self._works = False
        surroundings.frames.when_low(self._wake)

    def round(self) -> int:
        self.purse.pay("round")
        names = sorted(name for name in self.references if name.startswith("cache"))
        if not names:
            return 0
        freed = 0
        pressure = self._pressure()
        for _ in range(min(self.caches, -(-len(names) // 4))):
            cache: FileCache = self.references[names[self.turn % len(names)]].object
            self.turn += 1
            self.purse.pay("visit")
            freed += cache.give_back(pressure)
        self.done += 1
        self.freed += freed
        self.report("rounds", self.done)
        self.report("frames freed", self.freed)
        return freed

    def rounds(self) -> int:
        return self.done

    def package(self, bit: int) -> Package:
        if bit == CANONICAL:
            return Package(ReclaimImage(self.turn, self.done, self.freed), IMAGE_BYTES)
        return super().package(bit)

    def unpackage(self, bit: int, package: Package) -> None:
        if bit != CANONICAL:
            super().unpackage(bit, package)
            return
        image = package.state
        if not isinstance(image, ReclaimImage):
            raise TypeError(f"page replacement travels in a ReclaimImage, not in a {type(image).__name__}")
        self.turn, self.done, self.freed = image.turn, image.rounds, image.freed

    def _pressure(self) -> int:
        frames = self.surroundings.frames
        if frames.free < frames.low // 5:
            return CRITICAL
        return LOW if frames.free < frames.low else LIGHT

    def _wake(self) -> None:
        """Called in the thread that took the last frame but `low`; it must not wait itself."""
        if not self._works:
            self._works = True
            self.surroundings.spawn(self._work, name="page replacement", client=KERNEL, in_generation=False)

    def _work(self) -> None:
        """Rounds until enough frames are free, or until there is nothing more to be had."""
        frames, vain = self.surroundings.frames, 0
        most = 2 * len(self.references) + 2
        try:
            while frames.free < frames.enough and vain < most:
                before = frames.free
                self.surroundings.request(KERNEL, self._ask)
                vain = 0 if frames.free > before else vain + 1
        finally:
            self._works = False

    def _ask(self) -> int:
        """Through its own object: whichever instance serves by now does the round."""
        own: Reclaim = self.references["own"].object
        return own.round()
