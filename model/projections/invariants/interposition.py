"""The rules of interposers, and of what entries point at."""

from __future__ import annotations

from model.projections.invariants.books import INTERPOSER, MEDIATOR, Books, Since, Subject
from model.projections.invariants.swap_record import CLOSED
from model.trace.events import WITHOUT_POSTCALL, Kind
from model.trace.trace import Event


def wrapper_known(books: Books, row: Event) -> None:
    """WRAPPER_KNOWN: what it leaves out."""
    books.leaves_out[row.subject] = row.method


def entry_points(books: Books, row: Event) -> None:
    """ENTRY_MADE and ENTRY_WRITTEN: S5 and I6; one that points back ends a swap before that says so."""
    target = row.a
    swap = books.latest.get(row.subject)
    if swap is not None and swap.phase in CLOSED and swap.leads_back(target):
        swap.given_up = True
        books.retired.pop(swap.old, None)
    entries = books.entries.get(row.subject, {})
    before = entries.get(row.client)
    if before is not None:
        books.pointing[before] -= 1
        if not books.pointing[before]:
            del books.pointing[before]
    books.entries[row.subject] = {**entries, row.client: target}
    books.pointing[target] = books.pointing.get(target, 0) + 1
    if target in books.gone:
        words = f"the entry of client {row.client} was pointed at {target}, which was destroyed"
        books.breaks("S5", words, row.position, books.gone[target])
    elif target in books.detached:
        words = f"the entry of client {row.client} was pointed at interposer {target}, which was detached"
        books.breaks("I6", words, row.position, books.detached[target])


def interposer_created(books: Books, row: Event) -> None:
    """INTERPOSER_CREATED: S14."""
    books.subjects[row.subject] = Subject(INTERPOSER, row.b, row.a)
    claims(books, row, row.b, -row.subject)


def claims(books: Books, row: Event, object_: int, request: int) -> None:
    """S14: a transition begins; nothing else may be under way."""
    busy = books.busy.get(object_)
    if busy is not None and busy.what != request:
        words = f"a transition of object {object_} began while another was under way"
        books.breaks("S14", words, row.position, busy.position)
    books.busy[object_] = Since(request, row.position)


def attached(books: Books, row: Event) -> None:
    """INTERPOSER_ATTACHED: I2; every entry names it now."""
    books.busy.pop(row.subject, None)
    astray = [client for client, target in books.entries.get(row.subject, {}).items() if target != row.b]
    if astray:
        words = f"interposer {row.b} is attached and the entry of client {astray[0]} goes past it"
        books.breaks("I2", words, row.position)


def detached(books: Books, row: Event) -> None:
    """INTERPOSER_DETACHED: S14 and I6; no entry names it now."""
    busy = books.busy.get(row.subject)
    if busy is not None:
        words = f"interposer {row.b} was detached while another transition was under way"
        books.breaks("S14", words, row.position, busy.position)
    if books.pointing.get(row.b):
        books.breaks("I6", f"interposer {row.b} is detached and an entry still points at it", row.position)
    books.detached[row.b] = row.position


def destroyed(books: Books, row: Event) -> None:
    """INTERPOSER_DESTROYED: S5 and I4."""
    interposer, position = row.subject, row.position
    since = books.detached.get(interposer)
    if since is None:
        books.breaks("I4", f"interposer {interposer} was freed and is still attached", position)
    elif books.calm < since:
        words = f"interposer {interposer} was freed without a quiescent state since it was detached"
        books.breaks("I4", words, position, since)
    in_use(books, row, interposer)
    for call, wrapping in books.wrapped.items():
        for each in wrapping:
            if each.what == interposer:
                words = f"interposer {interposer} was destroyed while call {call} is inside of it"
                books.breaks("S5", words, position, each.position)
    books.destroy(interposer, position)


def in_use(books: Books, row: Event, subject: int) -> None:
    """S5: whether something that is being destroyed is pointed at, or a call will return through it."""
    if books.pointing.get(subject):
        books.breaks("S5", f"{subject} was destroyed and an entry still points at it", row.position)
    for call, flight in books.calls.items():
        if flight.target == subject:
            words = f"{subject} was destroyed while call {call} of thread {flight.thread}, which looked it up, uses it"
            books.breaks("S5", words, row.position, flight.position)


def precall(books: Books, row: Event) -> None:
    """PRECALL_RAN: S5, I1 and I2."""
    interposer, call, position = row.subject, row.call, row.position
    _use(books, row)
    flight = books.calls.get(call)
    since = books.detached.get(interposer, -1)
    looked_up = books.subjects.get(flight.target) if flight is not None else None
    # One that was looked up earlier may still lead there by a mediator that is done: its door is what it was then.
    passes_mediator = looked_up is None or looked_up.sort == MEDIATOR
    if flight is not None and 0 <= since < flight.position and flight.target != interposer and not passes_mediator:
        words = f"call {call} ran the PRECALL of interposer {interposer}, which was detached before it was made"
        books.breaks("I2", words, position, since)
    wrapping = books.wrapped.get(call, ())
    if any(each.what == interposer for each in wrapping):
        books.breaks("I1", f"the PRECALL of interposer {interposer} ran twice for call {call}", position)
    if call in books.inside:
        words = f"the PRECALL of interposer {interposer} ran when call {call} was inside already"
        books.breaks("I1", words, position, books.inside[call].position)
    books.wrapped[call] = (*wrapping, Since(interposer, position))
    if books.due.get(call) == interposer:
        del books.due[call]


def postcall(books: Books, row: Event) -> None:
    """POSTCALL_RAN: S5, I1 and I2."""
    interposer, call, position = row.subject, row.call, row.position
    _use(books, row)
    wrapping = books.wrapped.get(call, ())
    places = [place for place, each in enumerate(wrapping) if each.what == interposer]
    if not places:
        books.breaks("I2", f"the POSTCALL of interposer {interposer} ran for call {call} without a PRECALL", position)
        return
    if call in books.inside:
        words = f"the POSTCALL of interposer {interposer} ran while call {call} was inside"
        books.breaks("I1", words, position, books.inside[call].position)
    inner = [each for each in wrapping[places[0] + 1 :] if not _skips_postcall(books, each.what)]
    if inner:
        words = f"the POSTCALL of interposer {interposer} ran before that of one inside of it"
        books.breaks("I1", words, position, inner[0].position)
    books.wrapped[call] = wrapping[: places[0]]


def _skips_postcall(books: Books, interposer: int) -> bool:
    subject = books.subjects.get(interposer)
    return subject is not None and bool(books.leaves_out.get(subject.kind, 0) & WITHOUT_POSTCALL)


def _use(books: Books, row: Event) -> None:
    if row.subject in books.gone:
        words = f"call {row.call} ran interposer {row.subject}, which was destroyed"
        books.breaks("S5", words, row.position, books.gone[row.subject])


HANDLERS = {
    Kind.WRAPPER_KNOWN: wrapper_known,
    Kind.ENTRY_MADE: entry_points,
    Kind.ENTRY_WRITTEN: entry_points,
    Kind.INTERPOSER_CREATED: interposer_created,
    Kind.INTERPOSER_ATTACHED: attached,
    Kind.INTERPOSER_DETACHED: detached,
    Kind.INTERPOSER_DESTROYED: destroyed,
    Kind.PRECALL_RAN: precall,
    Kind.POSTCALL_RAN: postcall,
}
