"""What holds a swap up, thread by thread, down to what must happen next.

The first question of everybody who replaces live code is "it has stalled, what is it waiting for?". The answer is a
graph of who waits for whom, and of it the chains that begin at what was asked about:

    swap 4, BLOCK ---> thread 301, in relay A.ask        waits for a reply from
                       thread 302, for it, on cpu 1      in relay B.ask, waits for a reply from
                       thread 303, for it, on cpu 0      at the door of relay A, which swap 4 keeps shut
                            |
                            +----> swap 4: a cycle; only the time limit of BLOCK ends it

A chain ends with the thread that runs, is ready, sleeps, or waits for what no row tells; or it comes back to itself.

FORWARD waits for a quiescent state, so for every thread that registered before it was asked for (paper §4.2); BLOCK
waits for the tracked calls that are still inside (§4.3.2).

Limits: at most FOLLOWED threads of one swap are followed, those first that wait longest; of the others there is their
number. A processor that is busy is no cycle: a ready thread gets its turn.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from model.projections.receipt import FateSort, Swap
from model.projections.swaps import Swaps
from model.projections.waits import CallAt, Quiescence, ThreadAt, Waits
from model.trace.events import Phase, Wait

if TYPE_CHECKING:
    import networkx as nx

Sort = Literal["thread", "lock", "swap", "quiescence"]
Node = tuple[Sort, int]

FOLLOWED: Final = 500
_INSIDE: Final = 1 << FateSort.TRACKED | 1 << FateSort.RECURSIVE


@dataclass(frozen=True, slots=True)
class ThreadStep:
    """A thread in a chain: what it is in, and what it does or waits for."""

    state: ThreadAt
    call: CallAt | None
    door_of: int = 0
    """The request of the swap at whose door it waits."""

    @property
    def node(self) -> Node:
        return ("thread", self.state.thread)


@dataclass(frozen=True, slots=True)
class LockStep:
    """A lock in a chain, with the thread that holds it and how many want it."""

    lock: int
    holder: int
    wanted_by: int

    @property
    def node(self) -> Node:
        return ("lock", self.lock)


Step = ThreadStep | LockStep


@dataclass(frozen=True, slots=True)
class Chain:
    """From what waits to what must happen; `closes_at` is the step to which a cycle comes back, None without one.

    `until_ns` is when a time limit breaks the cycle, 0 if none does.
    """

    steps: tuple[Step, ...]
    closes_at: int | None = None
    until_ns: int = 0

    @property
    def cyclic(self) -> bool:
        return self.closes_at is not None


@dataclass(frozen=True, slots=True)
class HoldUp:
    """One thing that waits, and the chains that hold it up; `more` threads hold it up too and are not followed."""

    sort: Sort
    identity: int
    chains: tuple[Chain, ...] = ()
    more: int = 0
    until_ns: int = 0
    """When its patience ends, 0 for never."""

    @property
    def cyclic(self) -> bool:
        return any(chain.cyclic for chain in self.chains)


class HoldUps:
    """Who waits for whom at one position; made anew for each, read at once."""

    def __init__(self, waits: Waits, swaps: Swaps) -> None:
        self._waits = waits
        self._swaps = swaps
        self._calls = waits.innermost_calls()
        self._children = waits.children()
        self._under_way = {
            node.transition.request: swap
            for node in swaps.world.objects.values()
            if node.transition and (swap := swaps.by_request.get(node.transition.request)) and not swap.over
        }
        self._quiescence_of = {quiescence.thread: quiescence for quiescence in waits.quiescences.values()}

    # --- what can be asked about -------------------------------------------------------------------------------------

    def all(self) -> tuple[HoldUp, ...]:
        """Every swap under way, then every other wait for quiescence, then every lock that is fought for."""
        swaps = [self.of_swap(request) for request, swap in self._under_way.items() if swap.sort == "swap"]
        drivers = {self._waits.drivers.get(request) for request in self._under_way}
        others = [
            self.of_quiescence(each.number) for each in self._waits.quiescences.values() if each.thread not in drivers
        ]
        locks = [self.of_lock(lock) for lock in self._waits.contended()]
        return tuple(each for each in (*swaps, *others, *locks) if each is not None)

    def of_swap(self, request: int) -> HoldUp | None:
        """What a swap under way waits for; None for one that is not."""
        if request not in self._under_way:
            return None
        return self._hold_up(("swap", request), self._limit_of(request))

    def of_quiescence(self, number: int) -> HoldUp | None:
        """What a request for a quiescent state waits for; None when it is reached."""
        return self._hold_up(("quiescence", number), 0) if number in self._waits.quiescences else None

    def of_lock(self, lock: int) -> HoldUp | None:
        """What those wait for who want a lock; None when nobody does."""
        return self._hold_up(("lock", lock), 0) if self._waits.waiting_for_lock(lock) else None

    def of_thread(self, thread: int) -> HoldUp | None:
        """What a thread waits for, itself being the first step; None for one that does not live."""
        if self._waits.thread(thread) is None:
            return None
        graph = self._graph([("thread", thread)])
        return HoldUp("thread", thread, (self._chain(graph, _circles(graph), ("thread", thread), None),))

    def driver_of(self, quiescence: int) -> int:
        """The request for whose sake a quiescent state is waited for, 0 when it is not known."""
        known = self._waits.quiescences.get(quiescence)
        if known is None:
            return 0
        return next((request for request, thread in self._waits.drivers.items() if thread == known.thread), 0)

    # --- the graph ---------------------------------------------------------------------------------------------------

    def _hold_up(self, root: Node, until_ns: int) -> HoldUp:
        held_by = self._ordered(self._waited_for(root))
        graph = self._graph([root])
        circles = _circles(graph)
        chains = [self._chain(graph, circles, node, root) for node in held_by[:FOLLOWED]]
        chains.sort(key=lambda chain: not chain.cyclic)
        return HoldUp(root[0], root[1], tuple(chains), max(0, len(held_by) - FOLLOWED), until_ns)

    def _graph(self, roots: Iterable[Node]) -> nx.DiGraph:
        """Everything that the roots wait for, whatever that waits for, and so on."""
        import networkx as nx  # a tenth of a start, and at a start nobody waits

        graph = nx.DiGraph()
        todo = list(roots)
        graph.add_nodes_from(todo)
        while todo:
            node = todo.pop()
            for held_by in self._ordered(self._waited_for(node))[:FOLLOWED]:
                if held_by not in graph:
                    todo.append(held_by)
                graph.add_edge(node, held_by)
        return graph

    def _ordered(self, nodes: Iterable[Node]) -> list[Node]:
        """Those that wait before those that run, and of them the longest first."""

        def order(node: Node) -> tuple[bool, int, int]:
            state = self._waits.thread(node[1]) if node[0] == "thread" else None
            return (not (state and state.wait), state.since_ns if state else 0, node[1])

        return sorted(nodes, key=order)

    def _waited_for(self, node: Node) -> Iterator[Node]:
        """One step: what a node waits for."""
        sort, identity = node
        match sort:
            case "swap":
                yield from self._threads(self._threads_of_swap(identity))
            case "quiescence":
                yield from self._threads(self._waits.older_than(self._waits.quiescences[identity].currents))
            case "lock":
                holder = self._waits.holders.get(identity, 0)
                yield from self._threads((holder,))
            case "thread":
                yield from self._by_thread(identity)

    def _by_thread(self, thread: int) -> Iterator[Node]:
        state = self._waits.thread(thread)
        if state is None:
            return
        if state.wait == Wait.LOCK:
            yield ("lock", state.subject)
        elif state.wait == Wait.REPLY:
            yield from self._threads(self._children.get(thread, ()))
        elif state.wait == Wait.DOOR and (request := self._request_of(state.subject)):
            yield ("swap", request)

    def _threads(self, threads: Iterable[int]) -> Iterator[Node]:
        return (("thread", thread) for thread in threads if self._waits.thread(thread) is not None)

    def _threads_of_swap(self, request: int) -> tuple[int, ...]:
        """The threads without whose progress the swap makes none."""
        swap = self._under_way.get(request)
        if swap is None or swap.sort != "swap":
            return ()
        if swap.phase is Phase.BLOCK:
            return inside(swap)
        quiescence = self._quiescence_for(request)
        return self._waits.older_than(quiescence.currents) if quiescence and swap.phase is Phase.FORWARD else ()

    def _quiescence_for(self, request: int) -> Quiescence | None:
        return self._quiescence_of.get(self._waits.drivers.get(request, 0))

    def _request_of(self, mediator: int) -> int:
        """The swap under way that a mediator stands for."""
        known = self._swaps.world.mediators.get(mediator)
        return known.request if known and known.request in self._under_way else 0

    def _limit_of(self, request: int) -> int:
        driver = self._waits.thread(self._waits.drivers.get(request, 0))
        return driver.until_ns if driver and driver.wait == Wait.SIGNAL else 0

    # --- a chain -----------------------------------------------------------------------------------------------------

    def _chain(self, graph: nx.DiGraph, circles: dict[Node, int], first: Node, root: Node | None) -> Chain:
        """From a node on, always to what leads back if anything does; swaps are passed through, not shown."""
        steps: list[Step] = []
        seen: dict[Node, int] = {} if root is None else {root: 0}
        passed = [root] if root is not None and root[0] == "swap" else []
        node: Node | None = first
        while node is not None:
            if node in seen:
                return Chain(tuple(steps), seen[node], self._broken_at(passed))
            seen[node] = len(steps)
            if node[0] == "swap":
                passed.append(node)
            elif step := self._step(node):
                steps.append(step)
            node = self._onward(graph, node, circles)
        return Chain(tuple(steps))

    def _onward(self, graph: nx.DiGraph, node: Node, circles: dict[Node, int]) -> Node | None:
        """The next node: one in the same circle if there is one, so that a cycle closes; otherwise the first."""
        following = list(graph.successors(node))
        around = (each for each in following if circles[each] == circles[node])
        return next(around, following[0] if following else None)

    def _step(self, node: Node) -> Step | None:
        if node[0] == "lock":
            holder = self._waits.holders.get(node[1], 0)
            return LockStep(node[1], holder, len(self._waits.waiting_for_lock(node[1])))
        state = self._waits.thread(node[1]) if node[0] == "thread" else None
        if state is None:
            return None
        place = self._calls.get(state.thread)
        call = self._waits.call_at(place) if place is not None else None
        return ThreadStep(state, call, self._request_of(state.subject) if state.wait == Wait.DOOR else 0)

    def _broken_at(self, swaps: Iterable[Node]) -> int:
        limits = [limit for _, request in swaps if (limit := self._limit_of(request))]
        return min(limits, default=0)


def _circles(graph: nx.DiGraph) -> dict[Node, int]:
    """The number of the circle that each node is in; a node that can not come back to itself is alone in its own."""
    import networkx as nx

    return {node: number for number, each in enumerate(nx.strongly_connected_components(graph)) for node in each}


def inside(swap: Swap) -> tuple[int, ...]:
    """The threads of a swap's tracked calls that have not left the component, each once."""
    held = dict.fromkeys(
        fate.thread
        for fate in swap.fates.values()
        if fate.ended_ns is None and fate.blocked_since_ns is None and fate.sorts & _INSIDE
    )
    return tuple(held)
