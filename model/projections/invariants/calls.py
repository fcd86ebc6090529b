"""The rules that look at calls: their entry and return, and what a mediator says of them."""

from __future__ import annotations

from typing import Final

from model.projections.invariants.books import INTERPOSER, MEDIATOR, Books, InFlight, Since
from model.trace.events import NOT_ALL_CALLS, WITHOUT_POSTCALL, Kind, Phase
from model.trace.trace import Event

# Reading a member of an enumeration costs as much as a call of a method.
_RETURNED: Final = int(Kind.CALL_RETURNED)


def entered(books: Books, row: Event) -> None:
    """CALL_ENTERED: S1, S2, S5, S10, S12, S15 by what the entry pointed at."""
    call, thread, target = row.call, row.thread, row.a
    flight = InFlight(thread, row.subject, target, row.position, books.innermost.get(thread, 0))
    books.calls[call] = flight
    books.innermost[thread] = call
    may_enter(books, row, target, "entered")
    subject = books.subjects.get(target)
    if subject is not None and subject.sort == INTERPOSER and not books.leaves_out.get(subject.kind, 0) & NOT_ALL_CALLS:
        books.due[call] = target
    swap = books.latest.get(row.subject)
    if swap is not None and swap.closed and target not in (swap.mediator, swap.new, swap.old):
        books.breaks("S10", f"call {call} entered past the closed door", row.position, swap.phase_position)


def may_enter(books: Books, row: Event, target: int, what: str) -> None:
    """S1, S2, S5, S10, S12 and S15: whether a call may be in `target` now."""
    position, call = row.position, row.call
    if target in books.gone:
        books.breaks("S5", f"call {call} {what} {target}, which was destroyed", position, books.gone[target])
    elif target in books.retired:
        began = books.retired[target]
        books.breaks("S1", f"call {call} {what} the old instance {target} after its transfer began", position, began)
    elif target in books.unborn:
        made = books.unborn[target]
        books.breaks("S2", f"call {call} {what} the new instance {target} before its state had come", position, made)
    elif target in books.refused:
        ended = books.refused[target]
        books.breaks("S12", f"call {call} {what} instance {target} of a swap that was abandoned", position, ended)
    flight = books.calls.get(call)
    if flight is None:
        return
    swap = books.latest.get(flight.object)
    old_in_block = swap is not None and target == swap.old and swap.closed and swap.phase == Phase.BLOCK
    if swap is not None and old_in_block and not books.is_within(flight.thread, swap.request):
        books.breaks("S10", f"call {call} {what} the old instance in BLOCK", position, swap.phase_position)
    newest = books.newest.get(flight.object)
    if newest is not None and target < newest.what and flight.position > newest.position:
        subject = books.subjects.get(target)
        if subject is None or subject.sort not in (INTERPOSER, MEDIATOR):
            words = f"call {call} {what} instance {target} after another was served by instance {newest.what}"
            books.breaks("S15", words, position, newest.position)


def came_back(books: Books, row: Event) -> None:
    """CALL_RETURNED and CALL_RAISED: S4, S5, S6, S13, S15, I1, I2."""
    call, position = row.call, row.position
    flight = books.calls.get(call)
    if flight is None:
        books.breaks("S4", f"call {call} came back and was not in flight", position)
        return
    if books.innermost.get(row.thread) != call:
        books.breaks("S4", f"call {call} came back before one that it made itself", position, flight.position)
    if flight.target in books.gone:
        gone = books.gone[flight.target]
        books.breaks("S5", f"call {call} came back through {flight.target}, which was destroyed", position, gone)
    if call in books.tracked:
        rule = "S6" if row.kind == _RETURNED else "S13"
        books.breaks(rule, f"call {call} is out and still counted as inside", position, books.tracked[call].position)
    if row.kind == _RETURNED:
        _returned(books, row, flight)
    elif books.raised.get(call, row.b) != row.b:
        books.breaks("S13", f"the caller of call {call} saw another exception than the component raised", position)
    if call in books.wrapped:
        _postcalls_ran(books, row)
    _forget(books, call, flight)


def _returned(books: Books, row: Event, flight: InFlight) -> None:
    call, position = row.call, row.position
    if call in books.held:
        books.breaks("S4", f"call {call} came back and was never let in", position, books.held[call].position)
    if call in books.due:
        books.breaks("I2", f"call {call} went past interposer {books.due[call]}", position, flight.position)
    if call in books.raised:
        books.breaks("S13", f"call {call} returned although the component raised", position, flight.position)
    if flight.object in books.telling:
        effects = books.effects.get(call, 0)
        if not effects:
            books.breaks("S4", f"call {call} returned and its effect is lost", position, flight.position)
    if call in books.tags and not flight.outer:
        books.answers[flight.thread] = books.tags[call]
    newest = books.newest.get(flight.object)
    if newest is not None and newest.what == flight.target:
        return
    served = books.served_by(call, flight)
    if served and (newest is None or served > newest.what):
        books.newest[flight.object] = Since(served, position)


def _postcalls_ran(books: Books, row: Event) -> None:
    """I1: of a call that got into the component, every PRECALL has its POSTCALL."""
    got_inside = row.kind == _RETURNED or row.call in books.effects or row.call in books.raised
    for since in books.wrapped.get(row.call, ()):
        subject = books.subjects.get(since.what)
        skips = subject is not None and books.leaves_out.get(subject.kind, 0) & WITHOUT_POSTCALL
        if got_inside and not skips:
            words = f"call {row.call} came back without the POSTCALL of interposer {since.what}"
            books.breaks("I1", words, row.position, since.position)


def _forget(books: Books, call: int, flight: InFlight) -> None:
    del books.calls[call]
    if flight.outer:
        books.innermost[flight.thread] = flight.outer
    else:
        books.innermost.pop(flight.thread, None)
    for table in (
        books.tracked,
        books.held,
        books.wrapped,
        books.due,
        books.inside,
        books.effects,
        books.tags,
        books.raised,
        books.served,
    ):
        if table:  # Most calls are in none of them, and most tables are empty outside of swaps.
            table.pop(call, None)


def tracked(books: Books, row: Event) -> None:
    """CALL_TRACKED: S1 and S10; the mediator lets it into the old component and counts it."""
    swap = books.swaps.get(row.a)
    if swap is not None and not swap.given_up:
        if swap.phase == Phase.BLOCK:
            words = f"call {row.call} was tracked and let in while the door was closed"
            books.breaks("S10", words, row.position, swap.phase_position)
        elif swap.phase > Phase.BLOCK and swap.phase != Phase.ABANDONED:
            words = f"call {row.call} was let into the old instance after its transfer began"
            books.breaks("S1", words, row.position, swap.transfer_position)
    if row.call not in books.calls:
        books.breaks("S6", f"call {row.call} is counted as inside and is not in flight", row.position)
    books.tracked[row.call] = Since(row.a, row.position)


def recursive(books: Books, row: Event) -> None:
    """CALL_RECURSIVE: S10; only a thread that is inside may pass the closed door."""
    if not books.is_within(row.thread, row.a):
        words = f"call {row.call} passed the closed door as recursive, and its thread was not inside"
        swap = books.swaps.get(row.a)
        books.breaks("S10", words, row.position, -1 if swap is None else swap.phase_position)


def blocked(books: Books, row: Event) -> None:
    """CALL_BLOCKED: S8, S9 and I3."""
    swap = books.swaps.get(row.a)
    if swap is None:
        books.breaks("I3", f"call {row.call} was blocked by request {row.a}, which is no swap under way", row.position)
    elif swap.phase < Phase.BLOCK:
        books.breaks("S9", f"call {row.call} was blocked in FORWARD", row.position, swap.phase_position)
    elif swap.over:
        books.breaks("L5", f"call {row.call} was blocked after the swap", row.position, swap.phase_position)
    if books.is_within(row.thread, row.a):
        inner = books.innermost.get(row.thread, 0)
        other = next(books.tracked[call].position for call in books.around(inner) if call in books.tracked)
        books.breaks("S8", f"call {row.call} was blocked though its thread is inside", row.position, other)
    books.held[row.call] = Since(row.a, row.position)


def released(books: Books, row: Event) -> None:
    """CALL_RELEASED: S1 and S2 by where it goes, S12 after an abandoned swap."""
    books.held.pop(row.call, None)
    swap = books.swaps.get(row.a)
    if swap is None:
        return
    if row.b and swap.phase == Phase.ABANDONED:
        words = f"call {row.call} was let go on to the new instance of an abandoned swap"
        books.breaks("S12", words, row.position, swap.phase_position)
    elif row.b and swap.state_position < 0:
        words = f"call {row.call} was let go on to the new instance before the state had come"
        books.breaks("S2", words, row.position, swap.phase_position)
    elif not row.b and swap.phase in (Phase.TRANSFER, Phase.COMPLETED) and not swap.given_up:
        words = f"call {row.call} was let go on to the old instance after its transfer began"
        books.breaks("S1", words, row.position, swap.transfer_position)


def left(books: Books, row: Event) -> None:
    """CALL_LEFT: S6; the mediator counts it as inside no more."""
    if books.tracked.pop(row.call, None) is None:
        books.breaks("S6", f"call {row.call} was counted out and had not been counted in", row.position)
    if row.call in books.inside:
        began = books.inside[row.call].position
        books.breaks("S6", f"call {row.call} was counted out and is still inside", row.position, began)


HANDLERS = {
    Kind.CALL_ENTERED: entered,
    Kind.CALL_RETURNED: came_back,
    Kind.CALL_RAISED: came_back,
    Kind.CALL_TRACKED: tracked,
    Kind.CALL_RECURSIVE: recursive,
    Kind.CALL_BLOCKED: blocked,
    Kind.CALL_RELEASED: released,
    Kind.CALL_LEFT: left,
}
