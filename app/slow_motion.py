r"""The pace of the run while a component is swapped: slow enough to be seen, never standing still.

A swap under load is over in 0.1 ms of simulated time, in which a person would see nothing. So the pace eases before it,
through its phases and back:

    pace   asked ----\                                       /---- asked
                      \___ FORWARD ~4 s __ BLOCK ~5 s __ TR ~3 s
                      ^ before a command that is known        ^ 600 ms after the outcome

How long a phase will take is known when it is replayed; otherwise it is the median of the same phase in earlier swaps
of the object, and the first time it is guessed from the cost table and the latencies so far. Where the guess was too
short the pace grows with the time that the phase has taken, so that one ten times as long takes twice as long to watch.

A drop from the palette acts in the next nanosecond: there the pace falls at once, since a gentle fall from 1 : 1 000
would take longer than the swap.

Limits: pure arithmetic over the link's states; wall time comes as an argument.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator
from statistics import median
from typing import TYPE_CHECKING, Final

from model.commands import Swap as SwapCommand
from model.costs import Costs
from model.trace.events import Phase

if TYPE_CHECKING:
    from model.projections.receipt import Swap
    from views.kit.session_link import SessionLink

AIM_S: Final = {Phase.FORWARD: 4.0, Phase.BLOCK: 5.0, Phase.TRANSFER: 3.0}
LEAST_S: Final = 0.6
"""No phase is shown for less."""
EASE_S: Final = 0.4
AFTER_S: Final = 0.6
"""So long after the outcome the asked pace is back."""
GROWTH: Final = 2.0
"""How much faster than its overrun the length that is assumed of a phase grows."""
STATE_KIB: Final = 8
"""The state that is assumed until it is packaged; what a component reports as its size is mostly not copied."""


class SlowMotion:
    """Says the pace for each frame. At rest, near a swap, in one, after one, at rest."""

    def __init__(self, link: SessionLink, costs: Costs | None = None) -> None:
        self._link = link
        self._costs = costs or Costs()
        self.on = True
        """Whether swaps are eased at all."""
        self.active = False
        """Whether one is eased now."""
        self.reset()

    def reset(self, costs: Costs | None = None) -> None:
        """Another session has come, perhaps on a machine with other costs."""
        self._costs = costs or self._costs
        self.active = False
        self._cancelled: set[int] = set()
        self._lengths: dict[tuple[int, Phase], float] = {}
        self._pace: float | None = None
        self._ended_s: float | None = None

    def cancel(self) -> None:
        """Let the swaps that are under way pass at the asked pace."""
        self._cancelled.update(swap.request for swap in self._under_way())
        self._ended_s = self._pace = None
        self.active = False

    def watches(self, clock_ns: int, within_ns: int) -> bool:
        """Whether a swap is under way or begins within some time, so that phases are worth stopping at."""
        return self.on and (any(True for _ in self._eased()) or self._coming(clock_ns, within_ns) is not None)

    def pace(self, asked: float, clock_ns: int, now_s: float, dt_s: float) -> float:
        """The pace for a frame of `dt_s` at `clock_ns`; never above `asked`."""
        if not self.on:
            self.active = False
            return asked
        slow = min((self._pace_in(swap, clock_ns) for swap in self._eased()), default=None)
        if slow is not None and slow < asked:
            self._ended_s = None
            self._pace = self._towards(slow, dt_s, asked)
            self.active = True
            return self._pace
        before = self._pace_before(asked, clock_ns)
        if before < asked:
            self.active = before < 0.9 * asked
            self._pace = before
            self._ended_s = None
            return before
        return self._pace_after(asked, now_s)

    # --- in a swap, before one, after one ----------------------------------------------------------------------------

    def _under_way(self) -> Iterator[Swap]:
        swaps = self._link.swaps
        for node in swaps.world.objects.values():
            swap = swaps.by_request.get(node.transition.request) if node.transition else None
            if swap is not None and swap.sort == "swap" and not swap.over:
                yield swap

    def _eased(self) -> Iterator[Swap]:
        return (swap for swap in self._under_way() if swap.request not in self._cancelled)

    def _pace_in(self, swap: Swap, clock_ns: int) -> float:
        phase = swap.phase or Phase.FORWARD
        length = self._length(swap, phase)
        spent = clock_ns - (swap.phase_since_ns if swap.phase_since_ns is not None else swap.requested_ns)
        if spent > length:
            length = spent + GROWTH * (spent - length)
        return length / AIM_S[phase]

    def _towards(self, slow: float, dt_s: float, asked: float) -> float:
        """From the last pace to `slow`, logarithmically; at once where easing would eat the phase."""
        last = self._pace if self._pace is not None else asked
        if last > 4 * slow:
            return slow
        share = 1.0 - math.exp(-3.0 * dt_s / EASE_S)
        return last * (slow / last) ** share

    def _pace_before(self, asked: float, clock_ns: int) -> float:
        """The pace that falls in EASE_S of wall time, as a function of the way left to a swap that is known to come."""
        horizon = asked * EASE_S
        coming = self._coming(clock_ns, round(horizon))
        if coming is None:
            return asked
        at_ns, slow = coming
        if slow >= asked:
            return asked
        return min(asked, slow + (at_ns - clock_ns) * math.log(asked / slow) / EASE_S)

    def _pace_after(self, asked: float, now_s: float) -> float:
        if self._pace is None:
            self.active = False
            return asked
        if self._ended_s is None:
            self._ended_s = now_s
        since_s = now_s - self._ended_s
        if since_s >= AFTER_S or self._pace >= asked:
            self._pace = self._ended_s = None
            self.active = False
            return asked
        share = max(0.0, (since_s - (AFTER_S - EASE_S)) / EASE_S)
        return self._pace ** (1 - share) * asked**share

    # --- what is known of what is to come ----------------------------------------------------------------------------

    def _coming(self, clock_ns: int, within_ns: int) -> tuple[int, float] | None:
        """When the next swap is asked for, and its first pace; None if that is further away."""
        script = self._link.script
        place = bisect_right(script, clock_ns, key=lambda stamped: stamped.at_ns)
        for stamped in script[place:]:
            if stamped.at_ns > clock_ns + within_ns:
                return None
            if isinstance(stamped.command, SwapCommand):
                length = self._guessed(self._object_named(stamped.command.object), Phase.FORWARD)
                return stamped.at_ns, length / AIM_S[Phase.FORWARD]
        return None

    def _object_named(self, name: str) -> int:
        objects = self._link.topology.objects
        return next((identity for identity, node in objects.items() if node.name == name), 0)

    def _length(self, swap: Swap, phase: Phase) -> float:
        """How long a phase will take, judged once, when it is entered."""
        key = (swap.request, phase)
        if key not in self._lengths:
            self._lengths[key] = self._known(swap, phase) or self._guessed(swap.object, phase)
        if phase is Phase.TRANSFER and swap.package_until_ns is not None and swap.phase_since_ns is not None:
            # The copying that has begun says its end; unpackaging is of the same order.
            return max(self._lengths[key], 1.2 * (swap.package_until_ns - swap.phase_since_ns))
        return self._lengths[key]

    def _known(self, swap: Swap, phase: Phase) -> float | None:
        """The length of a phase that the held trace has already."""
        if self._link.follows_head:
            return None
        whole = self._link.swaps_at_head.by_request.get(swap.request)
        lengths = [until - since for each, since, until in whole.spans if each is phase] if whole else []
        return float(max(1, lengths[min(len(lengths) - 1, swap.retries)])) if lengths else None

    def _guessed(self, object_id: int, phase: Phase) -> float:
        lengths = [
            until - since
            for swap in self._link.swaps.of_object(object_id)
            if swap.sort == "swap" and swap.outcome is Phase.COMPLETED
            for each, since, until in swap.spans
            if each is phase
        ]
        return float(max(1, median(lengths))) if lengths else self._first_guess(object_id, phase)

    def _first_guess(self, object_id: int, phase: Phase) -> float:
        """FORWARD waits for the longest requests, BLOCK for calls that are inside, TRANSFER copies."""
        latency, costs = self._link.latency, self._costs
        if phase is Phase.FORWARD:
            longest = max((latency.of(each).p99_ns for each in self._link.topology.objects), default=0)
            return 4.0 * (costs.control_ns + costs.advance_ns) + costs.trap_ns + longest / 2
        if phase is Phase.BLOCK:
            return costs.control_ns + latency.of(object_id).p99_ns / 4
        return costs.allocation_ns + costs.spawn_ns + costs.control_ns + 2.0 * costs.copy_ns_per_kib * STATE_KIB
