"""The link between a session and its views."""

from tests.synthetic import synthetic_trace
from tests.views.panels import FakeSession, session
from views.kit.session_link import SessionLink


def test_a_link_follows_the_head_until_it_is_told_otherwise(qapp):
    link = SessionLink(session())
    assert (link.position, link.at_head, link.clock_ns) == (link.trace.head, True, 2_418_306)


def test_a_cursor_takes_effect_at_the_next_refresh(qapp):
    link = SessionLink(session())
    link.set_cursor(100)
    assert link.position == link.trace.head
    link.refresh()
    assert link.position == 100


def test_behind_the_head_the_clock_is_that_of_the_last_row(qapp):
    link = SessionLink(session())
    link.set_cursor(300)
    link.refresh()
    assert link.clock_ns == link.trace.event(299).at_ns
    assert not link.at_head


def test_a_cursor_may_bring_its_own_clock(qapp):
    link = SessionLink(session())
    link.set_cursor(300, 77)
    link.refresh()
    assert link.clock_ns == 77


def test_a_cursor_stays_within_the_trace(qapp):
    link = SessionLink(session())
    link.set_cursor(10**9)
    link.refresh()
    assert link.position == link.trace.head


def test_a_state_is_folded_once_a_refresh(qapp):
    link = SessionLink(session())
    assert link.topology is link.topology
    assert link.tables is link.state("tables")


def test_states_are_those_of_the_cursor(qapp):
    link = SessionLink(session("completed"))
    link.set_cursor(link.trace.position_at(1_000_000))
    link.refresh()
    assert [swap.request for swap in link.swaps.by_request.values()] == [1]
    assert [swap.request for swap in link.swaps_at_head.by_request.values()] == [1, 2, 3, 4]


def test_every_state_can_be_asked_for(qapp):
    link = SessionLink(session())
    states = (link.topology, link.tables, link.swaps, link.latency, link.threads, link.counts, link.generations)
    assert all(state is not None for state in (*states, link.names))


def test_a_refresh_is_told(qtbot):
    link = SessionLink(session())
    with qtbot.waitSignal(link.refreshed):
        link.refresh()


def test_a_command_goes_to_the_session_with_the_clock_that_is_seen(qapp):
    fake = session()
    link = SessionLink(fake)
    link.set_cursor(300, 1_234)
    link.refresh()
    assert link.issue("a command") == 1_235
    assert fake.issued[-1] == ("a command", 1_234)


def test_a_command_goes_to_the_shell_when_the_shell_listens(qtbot):
    fake = session()
    link = SessionLink(fake)
    with qtbot.waitSignal(link.command_wanted) as told:
        assert link.issue("another") is None
    assert told.args == ["another"]
    assert fake.issued == []


def test_another_session_resets_everything(qtbot):
    link = SessionLink(session())
    link.set_cursor(10)
    trace, clock = synthetic_trace(20, "forward")
    with qtbot.waitSignals([link.reset, link.refreshed]):
        link.set_session(FakeSession(trace, clock.now_ns))
    assert (link.position, link.clock_ns) == (trace.head, clock.now_ns)


def test_a_link_outlives_what_the_trace_lets_go(qapp):
    trace, clock = synthetic_trace(4_000, "completed")
    small, _ = synthetic_trace(0, "start", capacity=8_192)
    link = SessionLink(FakeSession(small, clock.now_ns))
    for row in trace.rows(small.head, trace.head).tolist():
        at_ns, until_ns, cause, call, a, b, thread, subject, kind, method, client, processor = row
        small.append(kind, at_ns, until_ns, cause, call, a, b, thread, subject, method, client, processor)
    link.set_cursor(0)
    link.refresh()
    assert link.position == small.tail > 0
    assert link.earliest_ns == small.event(small.tail).at_ns
    assert link.topology.objects
