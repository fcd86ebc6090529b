"""File sessions turn bytes into pages and keep offset and length; whichever serves, programs see one file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.components.file_server_ram import RamFileServer
from model.components.file_session_cached import CachedFileSession
from model.components.file_session_exclusive import ExclusiveFileSession
from model.components.file_session_shared import SharedFileSession
from model.engine.component import Component
from model.machine.surroundings import Operation
from model.protocols import BY_REFERENCE, CANONICAL
from tests.fake_surroundings import Built, FakeSurroundings

SESSIONS: list[type[Component]] = [SharedFileSession, ExclusiveFileSession, CachedFileSession]
KIB = 1_024


def opened(implementation: type[Component], **settings: int) -> Built:
    """A session with file 5 open for user 1."""
    built = Built(FakeSurroundings(), implementation, **settings)
    built.references["server"].object.create(5)
    built.component.open(5, 1)
    return built


@pytest.fixture(params=SESSIONS, ids=lambda made: made.name)
def session(request: pytest.FixtureRequest) -> Iterator[Built]:
    built = opened(request.param)
    yield built
    assert built.surroundings.held_locks() == []


def test_bytes_are_read_from_the_pages_that_hold_them(session: Built) -> None:
    session.component.write(4096, 1)
    session.component.write(1, 2)
    session.component.seek(4000)
    assert session.component.read(200) == (1, 2)


def test_offset_goes_with_reads_and_writes_and_stops_at_the_end(session: Built) -> None:
    session.component.write(5_000, 1)
    session.component.seek(4_000)
    first, rest, nothing = session.component.read(500), session.component.read(9_999), session.component.read(10)
    assert (first, rest, nothing) == ((1, 1), (1,), ())
    assert (session.component.offset(), session.component.length()) == (5_000, 5_000)


def test_closing_tells_the_server_all(session: Built) -> None:
    session.component.write(5_000, 1)
    session.component.close(1)
    server = session.references["server"].object
    assert (server.length(5), server.read_pages(5, 0, 2), server.users(5)) == (5_000, (1, 1), 0)


def test_empty_transfer_moves_nothing(session: Built) -> None:
    session.component.write(0, 7)
    assert (session.component.read(0), session.component.length()) == ((), 0)


def test_what_was_closed_is_there_when_opened_again(session: Built) -> None:
    session.component.write(6 * KIB, 3)
    session.component.close(1)
    assert session.component.open(5, 1) == 6 * KIB
    assert session.component.read(6 * KIB) == (3, 3)


def test_two_users_share_the_offset_and_the_file_until_the_last_is_done(session: Built) -> None:
    session.component.write(100, 1)
    session.component.open(5, 2)
    session.component.close(1)
    assert (session.component.offset(), session.component.length()) == (100, 100)
    session.component.close(2)
    with pytest.raises(ValueError, match="no file is open"):
        session.component.read(1)


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (lambda session: session.open(6, 1), "file 5 is open here"),
        (lambda session: session.close(3), "user 3 does not have file 5 open"),
        (lambda session: session.read(-1), "cannot be negative"),
        (lambda session: session.seek(-1), "cannot be negative"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(session: Built, call: Any, why: str) -> None:
    before = session.component.package(CANONICAL).state
    with pytest.raises(ValueError, match=why):
        call(session.component)
    after = session.component.package(CANONICAL).state
    assert (after.file, after.length, after.offset) == (before.file, before.length, before.offset)


def test_file_that_is_not_there_is_not_opened(session: Built) -> None:
    session.component.close(1)
    with pytest.raises(FileNotFoundError, match="no file 9"):
        session.component.open(9, 1)
    assert session.component.open(5, 1) == 0


# ---- what they cost


def calls_to_server(built: Built, *names: str) -> list[str]:
    """The server's calls from here on."""
    server: Any = built.references["server"].object
    made: list[str] = []

    class Listening:
        def __getattr__(self, name: str) -> Any:
            made.append(name)
            return getattr(server, name)

    built.references["server"].object = Listening()
    return made


def test_shared_one_asks_the_server_each_time_and_exclusive_one_once_a_page() -> None:
    asked = {}
    for implementation in SESSIONS:
        built = opened(implementation, limit=0)
        built.component.write(4 * KIB, 1)
        made = calls_to_server(built)
        built.component.seek(0)
        for _ in range(8):
            built.component.read(512)
        asked[implementation.name] = made
    assert asked["file_session_shared"] == ["read_pages"] * 8
    assert asked["file_session_exclusive"] == asked["file_session_cached"] == []


def test_small_file_needs_the_server_only_to_open_and_close() -> None:
    built = opened(CachedFileSession)
    made = calls_to_server(built)
    for _ in range(6):
        built.component.write(512, 4)
    built.component.close(1)
    built.component.open(5, 1)
    assert (built.component.read(3 * KIB), made) == ((4,), ["close", "open"])


def test_file_that_outgrows_the_limit_is_mapped_and_loses_nothing() -> None:
    built = opened(CachedFileSession, limit=3 * KIB)
    for value in range(1, 13):
        built.component.write(512, value)
    assert not built.component.small
    built.component.seek(0)
    assert built.component.read(6 * KIB) == (8, 12)
    built.component.close(1)
    assert built.references["server"].object.read_pages(5, 0, 2) == (8, 12)


def test_other_client_crosses_into_the_owners_address_space() -> None:
    built = opened(ExclusiveFileSession)
    built.component.write(10, 1)
    before = built.surroundings.points.count(Operation.CROSSING)
    built.component.seek(0)
    own = built.surroundings.points.count(Operation.CROSSING) - before
    built.surroundings.current.client = 9
    built.component.seek(0)
    assert (own, built.surroundings.points.count(Operation.CROSSING) - before) == (0, 2)


# ---- moving


@pytest.mark.parametrize("bit", [CANONICAL, BY_REFERENCE])
@pytest.mark.parametrize("new", SESSIONS, ids=lambda made: made.name)
@pytest.mark.parametrize("old", SESSIONS, ids=lambda made: made.name)
@settings(max_examples=25)
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["read", "write", "seek"]), st.integers(0, 9_000), st.integers(1, 99)), max_size=12
    )
)
def test_round_trip_in_the_middle_of_any_use_is_not_noticed(
    old: type[Component], new: type[Component], bit: int, steps: list[tuple[str, int, int]]
) -> None:
    """Swapped at every third step, there and back, a session tells the same as one that was left alone."""
    moved, left = opened(old), opened(old)
    heard: tuple[list[Any], list[Any]] = ([], [])
    for number, (what, size, value) in enumerate(steps):
        for built, told in zip((moved, left), heard, strict=True):
            arguments = (size, value) if what == "write" else (size,)
            told.append(getattr(built.component, what)(*arguments))
        if number % 3 == 1:
            successor = moved.instance(new if number % 2 else old)
            successor.unpackage(bit, moved.component.package(bit))
            moved.component = successor
    for built, told in zip((moved, left), heard, strict=True):
        told.append((built.component.length(), built.component.offset()))
        built.component.close(1)
        server = built.references["server"].object
        told.append((server.length(5), server.read_pages(5, 0, 30)))
    assert heard[0] == heard[1]


# ---- the server


@pytest.fixture(params=["fcm_single", "fcm_replicated", "fcm_sequential"])
def server(request: pytest.FixtureRequest) -> Built:
    return Built(FakeSurroundings(), RamFileServer, fcm=request.param)


def test_files_are_made_and_removed_and_leave_no_frame_and_no_byte_behind(server: Built) -> None:
    surroundings = server.surroundings
    before = surroundings.frames.free, surroundings.allocated.total
    for turn in range(3):
        for file in range(4):
            server.component.create(file)
            server.component.open(file, 1)
            server.component.write_pages(file, 0, 3, turn, 9_000)
            with surroundings.on(file % 3):
                assert server.component.read_pages(file, 0, 4) == (turn, turn, turn, 0)
            server.component.close(file, 1, 9_000)
        assert [server.component.remove(file) for file in range(4)] == [4] * 4
    assert (surroundings.frames.free, surroundings.allocated.total) == before


def test_gone_files_leave_no_new_locks(server: Built) -> None:
    for _ in range(3):
        server.component.create(1)
        server.component.write_pages(1, 0, 1, 7, 100)
        server.component.read_pages(1, 0, 1)
        server.component.remove(1)
        locks = len(server.surroundings.locks)
    assert locks <= 4


def test_open_file_is_not_removed(server: Built) -> None:
    server.component.create(1)
    server.component.open(1, 3)
    with pytest.raises(PermissionError, match="file 1 is open"):
        server.component.remove(1)
    with pytest.raises(FileExistsError):
        server.component.create(1)


def test_pages_come_with_a_file_that_is_small_enough(server: Built) -> None:
    server.component.create(1)
    server.component.write_pages(1, 0, 1, 7, 3_000)
    assert server.component.open(1, 3, 3_000).pages == ((0, 7),)
    assert server.component.open(1, 3, 2_999).pages == ()


def test_kind_of_cache_manager_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="no cache manager 'fcm_none'"):
        Built(FakeSurroundings(), RamFileServer, fcm="fcm_none")
