"""Faults as tokens: dragged from the palette, chosen from the menu, and refused with the reason."""

from __future__ import annotations

from model.commands import Inject
from model.trace.events import Kind
from tests.app.conftest import Opens
from views.graph.drop import FAULT, Dragged
from views.graph.menu import NodeMenu
from views.kit.catalogue import cards_of


def test_palette_offers_every_fault_under_a_head_of_its_own(opens: Opens) -> None:
    window = opens("counter")
    cards = cards_of(window.link.topology)
    heads = [card.title for card in cards if card.kind == "section"]
    assert heads[-1] == "Faults"
    assert {card.name for card in cards if card.kind == "fault"} >= {"never_returns", "memory_exhausted"}
    found = cards_of(window.link.topology, "thread that never")
    assert [card.title for card in found] == ["Faults", "thread that never ends"]


def test_dropped_fault_is_injected_and_strikes(opens: Opens) -> None:
    window = opens("counter")
    desk = window.graph._desk
    desk.begin(Dragged(FAULT, "raises_in_call"))
    (counter,) = (identity for identity, node in window.link.topology.objects.items() if node.name == "counter")
    desk.hover(counter)
    assert desk.sentence().startswith("Drop to let counter fail: call raises")
    card = desk.card()
    assert card is not None
    assert dict(card.rows)["strikes"] == "once"
    assert desk.drop()
    assert window.session.script[0].command == Inject("counter", "raises_in_call")
    window.session.advance(window.session.now_ns + 100_000)
    trace = window.session.trace
    kinds = [trace.event(position).kind for position in range(trace.tail, trace.head)]
    assert kinds.count(Kind.FAULT_STRUCK) == 1
    assert kinds.count(Kind.CALL_RAISED) == 1


def test_fault_of_an_interposer_is_refused_where_there_is_none(opens: Opens) -> None:
    window = opens("counter")
    desk = window.graph._desk
    desk.begin(Dragged(FAULT, "raises_in_precall"))
    assert desk.counts()[0] == 0
    (counter,) = window.link.topology.objects
    desk.hover(counter)
    assert not desk.drop()
    assert "no interposer to fail" in window.strip.text


def test_menu_of_a_component_lets_it_fail_too(opens: Opens) -> None:
    window = opens("counter")
    (counter,) = window.link.topology.objects
    menu = NodeMenu(window.link, window.theme, counter)
    (part,) = (action.menu() for action in menu.actions() if action.text() == "Let it fail")
    choices = {action.text(): action for action in part.actions()}
    assert not choices["PRECALL raises, no, no interposer to fail"].isEnabled()
    choices["slow thread, yes"].trigger()
    assert window.session.script[0].command == Inject("counter", "slow_call")
