"""File sessions turn bytes into pages; relays call each other round in a circle."""

from __future__ import annotations

import pytest

from model.components.file_session_shared import SharedFileSession
from model.components.relay import CrossProcessorRelay
from tests.fake_surroundings import Built, FakeSurroundings


@pytest.fixture
def session() -> Built:
    return Built(FakeSurroundings(), SharedFileSession)


def test_bytes_are_read_from_the_pages_that_hold_them(session: Built) -> None:
    session.component.write(0, 4096, 1)
    session.component.write(4096, 1, 2)
    assert session.component.read(4000, 200) == (1, 2)


def test_read_stops_at_the_end(session: Built) -> None:
    session.component.write(0, 5_000, 1)
    assert [session.component.end(), session.component.read(4_096, 99_999), session.component.read(5_000, 10)] == [
        5_000,
        (1,),
        (),
    ]


def test_removed_bytes_read_as_nothing(session: Built) -> None:
    session.component.write(0, 3 * 4096, 1)
    assert session.component.remove(4096, 4096) == 1
    assert session.component.read(0, 3 * 4096) == (1, 0, 1)


def test_empty_stretch_touches_no_page(session: Built) -> None:
    session.component.write(4096, 0, 1)
    assert session.component.remove(4096, 0) == 0
    assert session.references["cache"].object.resident() == 0


@pytest.mark.parametrize(("offset", "size"), [(-1, 5), (5, -1)])
def test_negative_stretch_is_refused(session: Built, offset: int, size: int) -> None:
    for call in (session.component.read, session.component.remove):
        with pytest.raises(ValueError, match="neither may be negative"):
            call(offset, size)


def test_question_goes_round_as_often_as_asked() -> None:
    surroundings = FakeSurroundings()
    first, second = (Built(surroundings, CrossProcessorRelay, processor=number) for number in (1, 0))
    first.own.object, second.own.object = second.component, first.component
    assert first.component.ask(2) == 3
    assert (first.component.asked(), second.component.asked()) == (2, 1)


def test_question_with_too_many_hops_is_refused() -> None:
    with pytest.raises(ValueError, match="0 to 64 hops, not 65"):
        Built(FakeSurroundings(), CrossProcessorRelay).component.ask(65)
