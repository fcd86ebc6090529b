"""Drag and drop: what is dragged, what every node answers, and the command that a drop asks for.

    begin(kind, name) --> every node answers yes / yes with conversion / no, with the reason
    mean(way)         --> every node answers again: Ctrl queues, Alt attaches
    hover(object)     --> that node says by which protocol; a card says what the swap would cost now
    drop(object)      --> Swap or Attach, the list of wrappers, or the reason why not

An implementation that is dropped with Alt is not swapped in: what is wanted is something in front of the component, and
which wrapper that is to be, the person chooses from the list that opens. A wrapper attaches with Alt and without.

The keyboard's menu takes its verdicts and its commands from the same place (`menu.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from PySide6.QtCore import Qt

from model.commands import Attach, Command, Inject, Swap
from model.projections.topology import Verdict, drop_verdict, fault_verdict, queue_verdict, wrap_verdict
from model.trace.events import Phase
from views.graph.drop_marks import Answer, protocol_words
from views.kit.describing import member
from views.kit.format import format_bytes, format_count, format_duration

if TYPE_CHECKING:
    from PySide6.QtCore import QMimeData, QPointF
    from PySide6.QtGui import QTransform

    from model.projections.topology import Topology
    from views.graph.scene import GraphScene
    from views.kit.session_link import SessionLink

IMPLEMENTATION, WRAPPER, FAULT = "implementation", "wrapper", "fault"
MIME_TYPES: Final = {
    "application/x-changeover-implementation": IMPLEMENTATION,
    "application/x-changeover-wrapper": WRAPPER,
    "application/x-changeover-fault": FAULT,
}
SNAP: Final = 24.0
"""A drop this near a node, in px of the screen, is meant for it."""
Way = Literal["at once", "queue", "attach"]
"""How a drop is meant: as the hand alone, with Ctrl, or with Alt."""
CHOOSE: Final = "attach what you choose"
QUEUE_FOOT: Final = "Alt attaches \N{MIDDLE DOT} Ctrl queues \N{MIDDLE DOT} Esc cancels"
NONE_KNOWN: Final = "not known yet"


@dataclass(frozen=True, slots=True)
class Dragged:
    """What is in the hand."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class CostCard:
    """What a drop would cost now: head, name of the target, rows of (what, how much), and a closing line."""

    head: str
    target: str
    rows: tuple[tuple[str, str], ...]
    foot: str


def dragged_of(data: QMimeData) -> Dragged | None:
    """What a drag carries; None if it is nothing of ours."""
    for mime, kind in MIME_TYPES.items():
        if data.hasFormat(mime):
            return Dragged(kind, bytes(data.data(mime).data()).decode("utf-8", "replace"))
    return None


def verdict_of(topology: Topology, dragged: Dragged, object_id: int, way: Way = "at once") -> Verdict:
    """What an object answers; a name that nobody knows is refused."""
    if way == "attach" and dragged.kind != WRAPPER:
        return _attach_verdict(topology, dragged, object_id)
    if dragged.kind == IMPLEMENTATION:
        implementation = topology.implementation_named(dragged.name)
        if implementation is not None:
            ask = queue_verdict if way == "queue" else drop_verdict
            return ask(topology, implementation.identity, object_id)
    elif dragged.kind == FAULT:
        fault = topology.fault_named(dragged.name)
        if fault is not None:
            return fault_verdict(topology, fault.identity, object_id)
    else:
        wrapper = topology.wrapper_named(dragged.name)
        if wrapper is not None:
            return wrap_verdict(topology, wrapper.identity, object_id)
    return Verdict("no", f"nobody knows {dragged.name}")


def _attach_verdict(topology: Topology, dragged: Dragged, object_id: int) -> Verdict:
    """Whether something can be put in front of an object, when what is in the hand is no wrapper itself."""
    if dragged.kind == FAULT:
        return Verdict("no", "a fault is no wrapper")
    answers = [wrap_verdict(topology, wrapper, object_id) for wrapper in topology.wrappers]
    if any(answer.answer == "yes" for answer in answers):
        return Verdict("yes", CHOOSE)
    return answers[0] if answers else Verdict("no", "no wrapper is known")


def command_of(topology: Topology, dragged: Dragged, object_id: int, *, queue: bool = False) -> Command:
    """The command that a drop on an object asks for."""
    name = topology.objects[object_id].name
    if dragged.kind == IMPLEMENTATION:
        return Swap(object=name, implementation=dragged.name, queue=queue)
    if dragged.kind == FAULT:
        return Inject(object=name, fault=dragged.name)
    return Attach(object=name, wrapper=dragged.name)


class DropDesk:
    """The drag that goes on, if any: it gives the nodes their answers and takes the drop."""

    def __init__(self, link: SessionLink, scene: GraphScene, choose: Callable[[int], object]) -> None:
        """`choose` is told the object to which something is to be attached that the person has yet to choose."""
        self._link = link
        self._scene = scene
        self._choose = choose
        self.dragged: Dragged | None = None
        self.way: Way = "at once"
        self.target = 0

    def begin(self, dragged: Dragged) -> None:
        """Something is in the hand: every node answers."""
        self.dragged, self.way, self.target = dragged, "at once", 0
        self.refresh()

    def end(self) -> None:
        """The hand is empty."""
        self.dragged, self.target = None, 0
        for node in self._scene.objects.values():
            node.set_answer(None)

    def refresh(self) -> None:
        """Ask again: what was possible may be so no more."""
        if self.dragged is None:
            return
        topology = self._link.topology
        for identity, node in self._scene.objects.items():
            verdict = verdict_of(topology, self.dragged, identity, self.way)
            node.set_answer(Answer(verdict, hovered=identity == self.target))

    def target_at(self, transform: QTransform, point: QPointF) -> int:
        """The node that a point of the viewport means: the nearest within SNAP px; 0 for none."""
        best, nearest = 0, SNAP
        for identity, node in self._scene.objects.items():
            box = transform.mapRect(node.standing)
            across = max(box.left() - point.x(), point.x() - box.right(), 0.0)
            down = max(box.top() - point.y(), point.y() - box.bottom(), 0.0)
            away = max(across, down)
            if away < nearest or (away == 0.0 and not best):
                best, nearest = identity, away
        return best

    def mean(self, way: Way) -> bool:
        """What a drop would be from now on; True when that is something else than before."""
        if way == self.way:
            return False
        self.way = way
        self.refresh()
        return True

    def hover(self, target: int) -> bool:
        """The hand is over an object, 0 for none; True when that is another one than before."""
        if target == self.target:
            return False
        self.target = target
        self.refresh()
        return True

    def counts(self) -> tuple[int, int]:
        """How many nodes accept, and how many do not."""
        answers = [node.answer for node in self._scene.objects.values() if node.answer is not None]
        refused = sum(answer.verdict.answer == "no" for answer in answers)
        return len(answers) - refused, refused

    def sentence(self) -> str:
        """What the drag could do, in one or two sentences."""
        if self.dragged is None:
            return ""
        topology = self._link.topology
        accept, refuse = self.counts()
        rest = f"{accept} accept{'s' if accept == 1 else ''}, {refuse} do{'es' if refuse == 1 else ''} not."
        what = title_of(topology, self.dragged)
        node = self._scene.objects.get(self.target)
        if node is None or node.answer is None:
            if self.way == "attach" and self.dragged.kind == IMPLEMENTATION:
                return f"Drop onto a component to choose what is attached to it. {rest}"
            return f"Drop {what} onto a component. {rest}"
        if node.answer.verdict.answer == "no":
            return refusal(topology, self.dragged, self.target, node.answer.verdict)
        if self.dragged.kind == FAULT:
            return f"Drop to let {node.name} fail: {what}. {rest}"
        if self.dragged.kind == WRAPPER:
            return f"Drop to attach {what} to {node.name}. {rest}"
        if node.answer.verdict.words == CHOOSE:
            return f"Drop to choose what is attached to {node.name}; it is not swapped. {rest}"
        if node.answer.verdict.words == "queued":
            return f"Drop to swap {node.name} to {member(what)} when what is under way is over. {rest}"
        return f"Drop to swap {node.name} from {node.facts.words} to {member(what)}. {rest}"

    def drop(self) -> bool:
        """Let go over the target: ask for the command, or say why not. True when a command was asked for."""
        dragged, target, way = self.dragged, self.target, self.way
        self.end()
        topology = self._link.topology
        if dragged is None or target not in topology.objects:
            return False
        verdict = verdict_of(topology, dragged, target, way)
        if verdict.answer == "no":
            self._link.message.emit(refusal(topology, dragged, target, verdict))
        elif verdict.words == CHOOSE:
            self._choose(target)
        else:
            self._link.issue(command_of(topology, dragged, target, queue=way == "queue"))
            return True
        return False

    def card(self) -> CostCard | None:
        """What a drop on the target would cost now; None without one that accepts."""
        node = self._scene.objects.get(self.target)
        if self.dragged is None or node is None or node.answer is None or node.answer.verdict.answer == "no":
            return None
        return cost_card(self._link, self.dragged, self.target, node.answer.verdict)


def way_of(keys: Qt.KeyboardModifier) -> Way:
    """What is meant with these keys held: Alt, which only looks, before Ctrl."""
    if keys & Qt.KeyboardModifier.AltModifier:
        return "attach"
    return "queue" if keys & Qt.KeyboardModifier.ControlModifier else "at once"


def refusal(topology: Topology, dragged: Dragged, object_id: int, verdict: Verdict) -> str:
    """One sentence: what was not done, and why."""
    what = title_of(topology, dragged)
    return f"{what} does not go onto {topology.objects[object_id].name}: {verdict.words}."


def title_of(topology: Topology, dragged: Dragged) -> str:
    """What a person calls the thing in the hand."""
    named = {IMPLEMENTATION: topology.implementation_named, FAULT: topology.fault_named}
    known = named.get(dragged.kind, topology.wrapper_named)(dragged.name)
    return (known.title or known.name) if known is not None else dragged.name


def cost_card(link: SessionLink, dragged: Dragged, object_id: int, verdict: Verdict) -> CostCard:
    """The costs of a swap or an attachment as far as the trace knows them."""
    topology = link.topology
    name = topology.objects[object_id].name
    in_flight = format_count(link.counts.in_flight_of(object_id))
    if dragged.kind == FAULT:
        return CostCard("If dropped now", name, (("calls in flight", in_flight), ("strikes", "once")), "Esc cancels")
    if verdict.words == "queued":
        sort = topology.objects[object_id].transition
        waits = (("calls in flight", in_flight), ("waits for", sort.sort if sort is not None else "nothing"))
        return CostCard("If dropped now", name, waits, QUEUE_FOOT)
    if dragged.kind == WRAPPER or verdict.words == CHOOSE:
        entries = sum(1 for _, of in link.tables.entries if of == object_id)
        attach = (
            ("calls in flight", in_flight),
            ("entries to write", format_count(entries)),
            ("state to move", "none"),
        )
        foot = "Esc cancels" if dragged.kind == WRAPPER else "a list of wrappers opens \N{MIDDLE DOT} Esc cancels"
        return CostCard("If dropped now", name, attach, foot)
    block, words = former_blocks(link, object_id)
    rows = (
        ("calls in flight", in_flight),
        ("threads to drain", format_count(sum(link.generations.active.values()))),
        (words, block),
        ("state to move", state_to_move(link, object_id, verdict)),
        ("protocol", protocol_words(verdict)),
    )
    return CostCard("If dropped now", name, rows, QUEUE_FOOT)


def former_blocks(link: SessionLink, object_id: int) -> tuple[str, str]:
    """How long BLOCK took in the former swaps of an object, and the words that say from how many."""
    times = sorted(
        swap.block_ns
        for swap in link.swaps.by_request.values()
        if swap.object == object_id and swap.outcome is Phase.COMPLETED and swap.sort == "swap"
    )
    if not times:
        return NONE_KNOWN, "block"
    words = "block, from the swap before" if len(times) == 1 else f"block, from {len(times)} swaps before"
    least, most = format_duration(times[0]), format_duration(times[-1])
    if least == most:
        return least, words
    return f"{least} to {most}", words


def state_to_move(link: SessionLink, object_id: int, verdict: Verdict) -> str:
    """How much state there is: what moved last, or what the component reports of itself.

    Pages before bytes: what a file cache manager holds is many times what it hands over, a descriptor a page.
    """
    if verdict.answer == "yes":
        return "none, " + verdict.words
    moved = [
        swap.bytes
        for swap in link.swaps.by_request.values()
        if swap.object == object_id and swap.outcome is Phase.COMPLETED
    ]
    if moved and moved[-1]:
        return f"{format_bytes(moved[-1])} the last time"
    figures = link.topology.figures
    instance = link.topology.objects[object_id].instance
    pages = figures.get((instance, "pages"))
    if pages is not None:
        return f"{format_count(pages)} pages"
    size = figures.get((instance, "bytes"))
    return format_bytes(size) if size is not None else NONE_KNOWN
