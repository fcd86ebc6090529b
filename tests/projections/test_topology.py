"""What there is, as of a position, and what it answers to a drag."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.projections.topology import (
    PASTS_KEPT,
    Client,
    Implementation,
    Instance,
    Interface,
    InterposerNode,
    MediatorNode,
    ObjectNode,
    Pointed,
    Topology,
    TopologyFold,
    Transition,
    Verdict,
    Wrapper,
    calls_of,
    drop_verdict,
    wrap_verdict,
)
from model.protocols import BY_REFERENCE, CANONICAL, NULL_SWAP, signed, vector
from model.trace.events import Kind
from model.trace.trace import Trace
from tests import synthetic
from tests.projections.folding import folded, folded_in_pieces, trace_of
from tests.synthetic import synthetic_trace

CACHE, FAST, SLOW, TIMER, FILE, FIRST, SECOND, SHELL, MEDIATOR = range(1, 10)
WORLD = (
    (Kind.RUN_STARTED, 0, {"a": 4, "b": 2}),
    (Kind.CLIENT_CREATED, 0, {"client": 1, "a": 31, "b": "postmark"}),
    (Kind.INTERFACE_KNOWN, 0, {"subject": CACHE, "b": "cache"}),
    (Kind.SUBJECT_TITLED, 0, {"subject": CACHE, "b": "Cache"}),
    (Kind.METHOD_KNOWN, 0, {"subject": CACHE, "method": 1, "b": "get"}),
    (Kind.PROTOCOL_KNOWN, 0, {"subject": CACHE, "a": 12, "b": "pages"}),
    (Kind.IMPLEMENTATION_KNOWN, 0, {"subject": SLOW, "a": CACHE, "b": "slow"}),
    (Kind.VECTOR_KNOWN, 0, {"subject": SLOW, "a": signed(vector({NULL_SWAP, 12}))}),
    (Kind.IMPLEMENTATION_KNOWN, 0, {"subject": FAST, "a": CACHE, "b": "fast"}),
    (Kind.SUBJECT_TITLED, 0, {"subject": FAST, "b": "Fast one"}),
    (Kind.VECTOR_KNOWN, 0, {"subject": FAST, "a": vector({12})}),
    (Kind.WRAPPER_KNOWN, 0, {"subject": TIMER, "a": 0, "b": "timer"}),
    (Kind.OBJECT_CREATED, 0, {"subject": FILE, "a": CACHE, "b": "file 17"}),
    (Kind.INSTANCE_CREATED, 0, {"subject": FIRST, "a": SLOW, "b": FILE}),
    (Kind.FIGURE_REPORTED, 0, {"subject": FIRST, "a": 3, "b": "pages"}),
    (Kind.ENTRY_MADE, 0, {"subject": FILE, "a": FIRST, "b": 17, "client": 1}),
)
SWAP = (
    (Kind.SWAP_REQUESTED, 10, {"subject": FILE, "a": 1, "b": FAST}),
    (Kind.INSTANCE_CREATED, 11, {"subject": SECOND, "a": FAST, "b": FILE}),
    (Kind.MEDIATOR_CREATED, 12, {"subject": MEDIATOR, "a": 1, "b": FILE}),
)
COMPLETED = (Kind.SWAP_COMPLETED, 20, {"subject": FILE, "a": 1, "b": SECOND})


def topology_of(*rows: tuple) -> Topology:
    trace = trace_of(*rows)
    return folded(TopologyFold(trace), trace)


def node_of(*rows: tuple) -> ObjectNode:
    return topology_of(*WORLD, *rows).objects[FILE]


def test_what_is_known_at_the_beginning_is_all_there() -> None:
    assert topology_of(*WORLD) == Topology(
        processors=4,
        generations=2,
        clients={1: Client(1, "postmark", 31)},
        interfaces={CACHE: Interface(CACHE, "cache", "Cache", {1: "get"}, {12: "pages"})},
        implementations={
            SLOW: Implementation(SLOW, "slow", "slow", CACHE, vector({NULL_SWAP, 12})),
            FAST: Implementation(FAST, "fast", "Fast one", CACHE, vector({12})),
        },
        wrappers={TIMER: Wrapper(TIMER, "timer", "timer", 0)},
        objects={FILE: ObjectNode(FILE, "file 17", CACHE, 0, FIRST)},
        instances={FIRST: Instance(FIRST, SLOW, FILE, 0)},
        figures={(FIRST, "pages"): 3},
        entries=frozenset({(1, FILE)}),
    )


def test_a_swap_under_way_shows_mediator_and_arriving_instance() -> None:
    assert node_of(*SWAP) == ObjectNode(
        FILE, "file 17", CACHE, 0, FIRST, mediator=MEDIATOR, arriving=SECOND, transition=Transition(1, "swap")
    )


def test_a_completed_swap_puts_the_new_instance_in_the_place_of_the_old() -> None:
    assert node_of(*SWAP, COMPLETED) == ObjectNode(FILE, "file 17", CACHE, 0, SECOND)


def test_an_abandoned_swap_leaves_the_object_as_it_was() -> None:
    abandoned = (Kind.SWAP_ABANDONED, 20, {"subject": FILE, "a": 1, "b": "cancelled"})
    assert node_of(*SWAP, abandoned) == node_of()


def test_the_mediator_is_there_until_it_is_freed_and_is_known_by_name_afterwards() -> None:
    before = topology_of(*WORLD, *SWAP, COMPLETED)
    after = topology_of(*WORLD, *SWAP, COMPLETED, (Kind.MEDIATOR_DESTROYED, 30, {"subject": MEDIATOR, "b": FILE}))
    assert before.mediators == {MEDIATOR: MediatorNode(MEDIATOR, FILE, 1)}
    assert after.mediators == {}
    assert before.pointed_at(MEDIATOR) == after.pointed_at(MEDIATOR) == Pointed("mediator", "mediator")


def test_a_destroyed_instance_keeps_its_name_and_loses_its_figures() -> None:
    after = topology_of(*WORLD, *SWAP, COMPLETED, (Kind.INSTANCE_DESTROYED, 30, {"subject": FIRST, "b": FILE}))
    assert after.instances[FIRST] == Instance(FIRST, SLOW, FILE, 0, 30)
    assert after.pointed_at(FIRST) == Pointed("instance", "slow")
    assert after.figures == {}


def test_interposers_stand_outermost_first_and_leave_in_any_order() -> None:
    rows = [
        row
        for number, shell in enumerate((SHELL, SHELL + 1, SHELL + 2), 1)
        for row in (
            (Kind.ATTACH_REQUESTED, number, {"subject": FILE, "a": number, "b": TIMER}),
            (Kind.INTERPOSER_CREATED, number, {"subject": shell, "a": TIMER, "b": FILE}),
            (Kind.INTERPOSER_ATTACHED, number, {"subject": FILE, "a": number, "b": shell}),
        )
    ]
    rows.append((Kind.DETACH_REQUESTED, 8, {"subject": FILE, "a": 4, "b": SHELL + 1}))
    rows.append((Kind.INTERPOSER_DETACHED, 9, {"subject": FILE, "a": 4, "b": SHELL + 1}))
    after = topology_of(*WORLD, *rows)
    assert after.objects[FILE] == ObjectNode(FILE, "file 17", CACHE, 0, FIRST, (SHELL + 2, SHELL))
    assert list(after.interposers.values()) == [
        InterposerNode(SHELL, TIMER, FILE, True),
        InterposerNode(SHELL + 1, TIMER, FILE, False),
        InterposerNode(SHELL + 2, TIMER, FILE, True),
    ]
    assert after.attached(TIMER) == 2


def test_a_freed_interposer_is_known_by_name_only() -> None:
    after = topology_of(
        *WORLD,
        (Kind.INTERPOSER_CREATED, 1, {"subject": SHELL, "a": TIMER, "b": FILE}),
        (Kind.FIGURE_REPORTED, 2, {"subject": SHELL, "a": 9, "b": "calls"}),
        (Kind.INTERPOSER_DESTROYED, 3, {"subject": SHELL, "b": FILE}),
    )
    assert (after.interposers, after.figures) == ({}, {(FIRST, "pages"): 3})
    assert after.pointed_at(SHELL) == Pointed("interposer", "timer")


def test_a_queued_request_holds_the_object_when_the_one_before_is_over() -> None:
    queued = (
        (Kind.ATTACH_REQUESTED, 13, {"subject": FILE, "a": 2, "b": TIMER}),
        (Kind.REQUEST_QUEUED, 13, {"subject": FILE, "a": 2, "b": 1}),
    )
    assert node_of(*SWAP, *queued).queued == (Transition(2, "attach"),)
    assert node_of(*SWAP, *queued, COMPLETED).transition == Transition(2, "attach")


def test_a_refused_request_holds_nothing() -> None:
    refused = (
        (Kind.SWAP_REQUESTED, 13, {"subject": FILE, "a": 2, "b": SLOW}),
        (Kind.REQUEST_REFUSED, 13, {"subject": FILE, "a": 2, "b": "in transition"}),
    )
    assert node_of(*SWAP, *refused) == node_of(*SWAP)


def test_a_failed_instance_after_another_does_not_pile_up() -> None:
    failed = [
        row
        for request in range(1, 2 * PASTS_KEPT)
        for row in (
            (Kind.SWAP_REQUESTED, request, {"subject": FILE, "a": request, "b": FAST}),
            (Kind.INSTANCE_CREATED, request, {"subject": 100 + request, "a": FAST, "b": FILE}),
            (Kind.SWAP_ABANDONED, request, {"subject": FILE, "a": request, "b": "was not made"}),
        )
    ]
    assert len(topology_of(*WORLD, *failed).instances) <= PASTS_KEPT + 2


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        ({12, CANONICAL}, {12, CANONICAL}, Verdict("conversion", "pages", 12, "pages")),
        ({CANONICAL}, {CANONICAL}, Verdict("conversion", "canonical form", CANONICAL, "canonical form")),
        ({12, BY_REFERENCE}, {BY_REFERENCE}, Verdict("yes", "by reference", BY_REFERENCE, "by reference")),
        ({20}, {20}, Verdict("yes", "by reference", 20, "page table by reference")),
        ({NULL_SWAP, 12}, {NULL_SWAP, 12}, Verdict("yes", "null swap", NULL_SWAP, "null swap")),
        ({12}, {13}, Verdict("no", "no common protocol")),
    ],
)
def test_a_drop_is_answered_by_the_best_common_protocol(old: set[int], new: set[int], verdict: Verdict) -> None:
    topology = topology_of(
        *WORLD,
        (Kind.PROTOCOL_KNOWN, 0, {"subject": CACHE, "a": 20, "b": "page table by reference"}),
        (Kind.VECTOR_KNOWN, 0, {"subject": SLOW, "a": signed(vector(old))}),
        (Kind.VECTOR_KNOWN, 0, {"subject": FAST, "a": signed(vector(new))}),
    )
    assert drop_verdict(topology, FAST, FILE) == verdict


def test_an_object_in_a_swap_says_so_to_every_drag() -> None:
    topology = topology_of(*WORLD, *SWAP)
    no = Verdict("no", "it is being swapped")
    assert (drop_verdict(topology, FAST, FILE), wrap_verdict(topology, TIMER, FILE)) == (no, no)


def test_a_wrapper_fits_every_object_or_those_of_its_interface() -> None:
    topology = topology_of(
        *WORLD,
        (Kind.WRAPPER_KNOWN, 0, {"subject": 20, "a": CACHE, "b": "cache watch"}),
        (Kind.WRAPPER_KNOWN, 0, {"subject": 21, "a": 99, "b": "counter watch"}),
    )
    assert [wrap_verdict(topology, wrapper, FILE).answer for wrapper in (TIMER, 20, 21)] == ["yes", "yes", "no"]


def test_another_interface_refuses_before_anything_else() -> None:
    trace, _ = synthetic_trace(0, "block")
    topology = folded(TopologyFold(trace), trace)
    answers = {
        node.name: drop_verdict(topology, synthetic.FCM_REPLICATED, identity).words
        for identity, node in topology.objects.items()
    }
    assert answers == {
        "file session": "another interface",
        "FCM file 17": "it is being swapped",
        "FCM file 3": "whole page table",
        "pager": "another interface",
        "counter": "another interface",
    }


def test_the_graph_goes_from_clients_to_objects_and_between_objects_but_not_from_the_kernel() -> None:
    trace, _ = synthetic_trace(0, "start")
    called = calls_of(folded(TopologyFold(trace), trace))
    assert ("client", 0) not in called
    assert set(called["client", synthetic.POSTMARK]) == {
        ("object", identity) for identity in (synthetic.SESSION_17, synthetic.FCM_17, synthetic.FCM_3)
    }
    assert set(called["object", synthetic.FCM_3]) == {("object", synthetic.PAGER_1)}


def test_names_lead_to_what_a_drag_carries() -> None:
    topology = topology_of(*WORLD)
    assert topology.implementation_named("fast") is topology.implementations[FAST]
    assert topology.wrapper_named("timer") is topology.wrappers[TIMER]
    assert topology.implementation_named("none") is None
    assert [topology.live(SLOW), topology.live(FAST)] == [1, 0]


@pytest.fixture(scope="module")
def story() -> Trace:
    return synthetic_trace(60, "completed", abandoned=True)[0]


@settings(max_examples=20)
@given(st.lists(st.integers(0, 10_000), max_size=30))
def test_any_cut_of_the_rows_gives_the_same_topology(story: Trace, cuts: list[int]) -> None:
    fold = TopologyFold(story)
    assert folded_in_pieces(fold, story, cuts) == folded(fold, story)


def test_calls_change_nothing_and_cost_no_new_state() -> None:
    trace = trace_of(*WORLD, *((Kind.CALL_ENTERED, 1, {"call": n, "subject": FILE}) for n in range(1, 9)))
    fold = TopologyFold(trace)
    state = fold.apply(fold.initial(), 0, trace.rows(0, len(WORLD)))
    assert fold.apply(state, len(WORLD), trace.rows(len(WORLD), trace.head)) is state


def test_a_later_state_leaves_an_earlier_one_as_it_was() -> None:
    trace = trace_of(*WORLD, *SWAP, COMPLETED)
    fold = TopologyFold(trace)
    early = fold.apply(fold.initial(), 0, trace.rows(0, len(WORLD)))
    copy = dataclasses.replace(early, objects=dict(early.objects), instances=dict(early.instances))
    fold.apply(early, len(WORLD), trace.rows(len(WORLD), trace.head))
    assert early == copy


def test_representatives_belong_to_their_instance() -> None:
    trace = trace_of(
        (Kind.IMPLEMENTATION_KNOWN, 0, {"subject": 2, "a": 1, "b": "spread"}),
        (Kind.INSTANCE_CREATED, 0, {"subject": 8, "a": 2, "b": 7}),
        (Kind.REPRESENTATIVE_CREATED, 5, {"subject": 9, "a": 8, "processor": 3}),
        (Kind.REPRESENTATIVE_CREATED, 6, {"subject": 10, "a": 8, "processor": 0}),
    )
    topology = folded(TopologyFold(trace), trace)
    assert topology.instances[8].representatives == ((3, 9), (0, 10))
    assert topology.pointed_at(10) == topology.pointed_at(8) == Pointed("instance", "spread")
