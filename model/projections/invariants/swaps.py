"""The rules of hot-swaps: phases, transfer, outcome, and what is freed."""

from __future__ import annotations

from model.projections.invariants.books import INSTANCE, MEDIATOR, Books, Subject
from model.projections.invariants.interposition import claims, in_use
from model.projections.invariants.swap_record import SwapRecord
from model.protocols import negotiate, unsigned
from model.trace.events import Kind, Phase
from model.trace.trace import Event


def vector_known(books: Books, row: Event) -> None:
    """VECTOR_KNOWN: the protocols of an implementation."""
    books.vectors[row.subject] = unsigned(row.a)


def instance_created(books: Books, row: Event) -> None:
    """INSTANCE_CREATED: the first of an object, or the one that is to take over."""
    books.subjects[row.subject] = Subject(INSTANCE, row.b, row.a)
    swap = books.latest.get(row.b)
    if swap is not None and not swap.over and not swap.new:
        swap.new = row.subject
        books.unborn[row.subject] = row.position
    elif row.b not in books.serving:
        books.serving[row.b] = row.subject


def swap_requested(books: Books, row: Event) -> None:
    """SWAP_REQUESTED: what the object is to become."""
    books.wanted[row.a] = row.b


def refused(books: Books, row: Event) -> None:
    """REQUEST_REFUSED: nothing comes of it."""
    books.wanted.pop(row.a, None)


def negotiated(books: Books, row: Event) -> None:
    """PROTOCOL_NEGOTIATED: S11 and S14; the swap begins."""
    object_, request = row.subject, row.a
    old = books.serving.get(object_, 0)
    wanted = books.wanted.pop(request, 0)
    subject = books.subjects.get(old)
    if subject is not None and wanted in books.vectors and subject.kind in books.vectors:
        best = negotiate(books.vectors[subject.kind], books.vectors[wanted])
        if best != row.b:
            words = f"swap {request} is to use protocol {row.b}, and the best that both speak is {best}"
            books.breaks("S11", words, row.position)
    claims(books, row, object_, request)
    books.swaps[request] = books.latest[object_] = SwapRecord(request, object_, old, row.b)


def mediator_created(books: Books, row: Event) -> None:
    """MEDIATOR_CREATED: what the entries point at before it comes."""
    books.subjects[row.subject] = Subject(MEDIATOR, row.b, 0)
    swap = books.swaps.get(row.a)
    if swap is not None:
        swap.mediator = row.subject
        swap.door = next(iter(books.entries.get(row.b, {}).values()), None)


def phase_entered(books: Books, row: Event) -> None:
    """PHASE_ENTERED: S3 and S6 as the transfer begins, L6 as the door closes again."""
    swap = books.swaps.get(row.a)
    if swap is None:
        return
    swap.phase, swap.phase_position = row.b, row.position
    if row.b == Phase.BLOCK and swap.retries:
        for thread, since in books.at_door.items():
            if since.what == swap.mediator:
                words = f"thread {thread} stayed at the door while swap {swap.request} went back to FORWARD"
                books.breaks("L6", words, row.position, since.position)
    elif row.b == Phase.TRANSFER:
        swap.transfer_position = row.position
        books.retired[swap.old] = row.position
        _nobody_is_inside(books, row, swap)


def _nobody_is_inside(books: Books, row: Event, swap: SwapRecord) -> None:
    """S3 by all three accounts: the components' own, the fronts', and the mediator's."""
    for call, since in books.inside.items():
        if since.what == swap.old:
            books.breaks("S3", f"call {call} is inside as the transfer begins", row.position, since.position)
    for call, flight in books.calls.items():
        if flight.object == swap.object and flight.target != swap.mediator:
            words = f"call {call} went past the mediator and is in flight as the transfer begins"
            books.breaks("S3", words, row.position, flight.position)
    for call, since in books.tracked.items():
        if since.what == swap.request:
            words = f"call {call} is counted as inside as the transfer begins"
            books.breaks("S3", words, row.position, since.position)


def timed_out(books: Books, row: Event) -> None:
    """PHASE_TIMED_OUT: a transfer whose time is up is given up, even if the state had come."""
    swap = books.swaps.get(row.a)
    if swap is not None and row.b == Phase.TRANSFER:
        swap.given_up = True


def retried(books: Books, row: Event) -> None:
    """SWAP_RETRIED."""
    swap = books.swaps.get(row.a)
    if swap is not None:
        swap.retries = row.b


def unpackaged(books: Books, row: Event) -> None:
    """STATE_UNPACKAGED: S3; the state has come."""
    swap = books.swaps.get(row.a)
    if swap is None:
        return
    if swap.phase != Phase.TRANSFER:
        words = f"the state of swap {swap.request} moved outside of TRANSFER"
        books.breaks("S3", words, row.position, swap.phase_position)
    swap.state_position = row.position
    books.unborn.pop(swap.new, None)


def completed(books: Books, row: Event) -> None:
    """SWAP_COMPLETED: S2, S6 and S15; the new instance serves."""
    swap = books.swaps.get(row.a)
    if swap is None:
        return
    if swap.state_position < 0:
        books.breaks("S2", f"swap {swap.request} was completed and no state had come", row.position)
    counted = [since.position for since in books.tracked.values() if since.what == swap.request]
    if counted:
        words = f"swap {swap.request} was completed with {len(counted)} calls counted as inside"
        books.breaks("S6", words, row.position, counted[0])
    for client, target in books.entries.get(swap.object, {}).items():
        if target in (swap.mediator, swap.old):
            words = f"swap {swap.request} was completed and the entry of client {client} does not lead to the new one"
            books.breaks("S15", words, row.position)
    books.serving[swap.object] = row.b
    _over(books, row, swap, Phase.COMPLETED)


def abandoned(books: Books, row: Event) -> None:
    """SWAP_ABANDONED: S12; the old instance serves on, and every entry is what it was."""
    swap = books.swaps.get(row.a)
    if swap is None:
        return
    for client, target in books.entries.get(swap.object, {}).items():
        if swap.mediator and target != swap.door and (swap.door is not None or target in (swap.mediator, swap.new)):
            words = f"swap {swap.request} was abandoned and the entry of client {client} is not what it was"
            books.breaks("S12", words, row.position)
    books.retired.pop(swap.old, None)
    if swap.new:
        books.unborn.pop(swap.new, None)
        if swap.new not in books.gone:
            books.refused[swap.new] = row.position
    _over(books, row, swap, Phase.ABANDONED)


def _over(books: Books, row: Event, swap: SwapRecord, outcome: Phase) -> None:
    swap.phase, swap.phase_position = outcome, row.position
    busy = books.busy.get(swap.object)
    if busy is not None and busy.what == swap.request:
        del books.busy[swap.object]
    if not swap.mediator:
        books.swaps.pop(swap.request, None)


def mediator_destroyed(books: Books, row: Event) -> None:
    """MEDIATOR_DESTROYED: S5, S12 and L5."""
    mediator = row.subject
    subject = books.subjects.get(mediator)
    request = next((swap.request for swap in books.swaps.values() if swap.mediator == mediator), 0)
    if subject is not None and request and not books.swaps[request].over:
        books.breaks("S5", f"mediator {mediator} was destroyed in its swap", row.position)
    in_use(books, row, mediator)
    for call, since in books.held.items():
        if since.what == request:
            words = f"mediator {mediator} was destroyed while call {call} waits at its door"
            books.breaks("S12", words, row.position, since.position)
    for thread, since in books.at_door.items():
        if since.what == mediator:
            words = f"thread {thread} waits at the door of mediator {mediator}, which was destroyed"
            books.breaks("L5", words, row.position, since.position)
    books.swaps.pop(request, None)
    books.destroy(mediator, row.position)


def instance_destroyed(books: Books, row: Event) -> None:
    """INSTANCE_DESTROYED: S5."""
    instance = row.subject
    if books.serving.get(row.b) == instance:
        books.breaks("S5", f"instance {instance} was destroyed and serves its object", row.position)
    in_use(books, row, instance)
    for call, since in books.inside.items():
        if since.what == instance:
            words = f"instance {instance} was destroyed while call {call} is inside"
            books.breaks("S5", words, row.position, since.position)
    books.destroy(instance, row.position)


HANDLERS = {
    Kind.VECTOR_KNOWN: vector_known,
    Kind.INSTANCE_CREATED: instance_created,
    Kind.INSTANCE_DESTROYED: instance_destroyed,
    Kind.SWAP_REQUESTED: swap_requested,
    Kind.REQUEST_REFUSED: refused,
    Kind.PROTOCOL_NEGOTIATED: negotiated,
    Kind.MEDIATOR_CREATED: mediator_created,
    Kind.MEDIATOR_DESTROYED: mediator_destroyed,
    Kind.PHASE_ENTERED: phase_entered,
    Kind.PHASE_TIMED_OUT: timed_out,
    Kind.SWAP_RETRIED: retried,
    Kind.STATE_UNPACKAGED: unpackaged,
    Kind.SWAP_COMPLETED: completed,
    Kind.SWAP_ABANDONED: abandoned,
}
