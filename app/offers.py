"""Everything that the command box offers: what can be done, where one can go, what can be swapped in or opened.

Made anew each time that the box opens, from the table of actions and from the states at the cursor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from shlex import quote
from typing import TYPE_CHECKING, Any, Final

from app.actions import ACTIONS, words_of
from app.exporting import span_of
from app.script_lines import line_of
from model.commands import Attach, Swap
from model.projections.drained import WORD
from model.projections.topology import queue_verdict, wrap_verdict
from views.kit.describing import picked_object

if TYPE_CHECKING:
    from app.main_window import MainWindow

MOST_THREADS: Final = 500


@dataclass(frozen=True)
class Offer:
    """One line of the box: its words, what sort of thing it is, its keys, the line that does the same, and the deed."""

    words: str
    sort: str
    """do, go, swap, attach or open."""
    keys: str
    line: str
    take: Callable[[], Any]


def offers(window: MainWindow, *, places_only: bool = False) -> list[Offer]:
    """All that is offered now; `places_only` leaves out what is not a place to go to."""
    if places_only:
        return list(_places(window))
    return [*_actions(window), *_drained(window), *_swaps(window), *_places(window), *_documents(window)]


def facts_of(window: MainWindow) -> dict[str, Any]:
    """What the lines of actions are filled with."""
    link = window.link
    chosen = picked_object(link.topology, window.selection.current, link.swaps.by_request)
    names = [node.name for identity, node in link.topology.objects.items() if identity == chosen or not chosen]
    return {
        "scenario": window.opened or window.session.scenario.name,
        "at": f"{link.clock_ns}ns",
        "clock_ns": link.clock_ns,
        "object": names[0] if names else "",
        "drained": quote(link.topology.objects[chosen].name) if chosen else "all",
        "from_ns": span_of(window.receipt.shown, link.clock_ns)[0],
        "to_ns": span_of(window.receipt.shown, link.clock_ns)[1],
        "pace_ns": round(window.player.asked_pace),
        "width": window.width(),
        "height": window.height(),
        "theme": window.theme.name.lower().replace(" ", "_"),
    }


def _actions(window: MainWindow) -> Iterator[Offer]:
    facts = facts_of(window)
    for entry in ACTIONS:
        action = window.actions_by_name[entry.name]
        if action.isEnabled() and entry.name != "commands":
            yield Offer(
                words_of(entry), "do", window.keys.shown(entry.name), line_of(entry.name, facts), action.trigger
            )


def _swaps(window: MainWindow) -> Iterator[Offer]:
    link = window.link
    topology, clock = link.topology, f"clock_ns={link.clock_ns}"
    for identity, node in topology.objects.items():
        for number, implementation in topology.implementations.items():
            verdict = queue_verdict(topology, number, identity)
            if verdict.answer != "no":
                behind = verdict.words == "queued"
                swap = Swap(object=node.name, implementation=implementation.name, queue=behind)
                words = f"Swap {node.name} with {implementation.title or implementation.name}"
                words += ", when what is under way is over" if behind else ""
                yield Offer(words, "swap", "", f"session.issue({swap!r}, {clock})", partial(link.issue, swap))
        for number, wrapper in topology.wrappers.items():
            if wrap_verdict(topology, number, identity).answer != "no":
                attach = Attach(object=node.name, wrapper=wrapper.name)
                words = f"Attach {wrapper.title or wrapper.name} to {node.name}"
                yield Offer(words, "attach", "", f"session.issue({attach!r}, {clock})", partial(link.issue, attach))


def _drained(window: MainWindow) -> Iterator[Offer]:
    """Each component with calls inside and each generation with threads, and how to see it drain."""
    link, marks = window.link, window.marks
    head = f"changeover run {quote(window.opened or window.session.scenario.name)} --until {link.clock_ns}ns --drained"

    def offer(words: str, asked: str, told: str) -> Offer:
        return Offer(f"Run until {words} is drained", "do", "", f"{head} {told}", partial(marks.run_until, asked))

    for node in link.topology.objects.values():
        if link.counts.in_flight_of(node.identity):
            yield offer(node.name, f"{WORD} on:{quote(node.name)}", quote(node.name))
    for processor, number in sorted(link.generations.active):
        asked = f"generation:{number} processor:{processor}"
        yield offer(f"generation {number} of processor {processor}", f"{WORD} {asked}", quote(asked))


def _places(window: MainWindow) -> Iterator[Offer]:
    link, select = window.link, window.selection.select
    for identity, node in link.topology.objects.items():
        yield Offer(f"Go to {node.name}", "go", "", "", partial(select, "object", identity))
    for identity, client in link.topology.clients.items():
        yield Offer(f"Go to client {client.name}", "go", "", "", partial(select, "client", identity))
    for request, swap in link.swaps.by_request.items():
        words = f"Go to {swap.sort} {request} of {swap.component}"
        yield Offer(words, "go", "", "", partial(select, "swap", request))
    for thread in link.threads.thread[:MOST_THREADS].tolist():
        yield Offer(f"Go to thread {thread}", "go", "", "", partial(select, "thread", thread))


def _documents(window: MainWindow) -> Iterator[Offer]:
    for name, title in window.scenarios_offered:
        yield Offer(f"Open {title}", "open", "", f"changeover {name}", partial(window.open, name))
