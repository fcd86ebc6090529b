"""The rules that need a component's own word: who is inside, and what the state holds."""

from __future__ import annotations

from model.projections.invariants.books import Books, Since
from model.projections.invariants.calls import may_enter
from model.trace.effects import after, caller_of
from model.trace.events import Kind
from model.trace.trace import Event


def began(books: Books, row: Event) -> None:
    """ACTIVATION_BEGAN: as an entry into the instance itself, and I2."""
    may_enter(books, row, row.subject, "began in")
    if row.call in books.inside:
        books.breaks("S4", f"call {row.call} is executed twice", row.position, books.inside[row.call].position)
    if row.call in books.due:
        words = f"call {row.call} reached the component without the PRECALL of interposer {books.due[row.call]}"
        books.breaks("I2", words, row.position)
    books.inside[row.call] = Since(row.subject, row.position)
    books.served[row.call] = row.subject


def ended(books: Books, row: Event) -> None:
    """ACTIVATION_ENDED: S1, S4, S5, S7; its effect is in the state."""
    _out(books, row)
    call, instance, tag = row.call, row.subject, row.a
    books.tags[call] = tag
    books.effects[call] = count = books.effects.get(call, 0) + 1
    if count > 1:
        books.breaks("S4", f"call {call} had its effect {count} times", row.position)
    books.told[instance] = digest = after(books.told.get(instance, 0), tag)
    if digest != row.b:
        books.breaks("S4", f"instance {instance} does not hold exactly the effects that it was given", row.position)
        books.told[instance] = row.b
    subject = books.subjects.get(instance)
    if subject is None:
        return
    last = books.last_tag.get((subject.object, caller_of(tag)), -1)
    if tag >> 8 < last >> 8:
        books.breaks("S7", f"call {call} had its effect after a later call of its caller", row.position)
    books.last_tag[subject.object, caller_of(tag)] = tag


def raised(books: Books, row: Event) -> None:
    """ACTIVATION_RAISED: S1 and S5; the caller of this call is to see the same."""
    _out(books, row)
    books.raised[row.call] = row.b


def _out(books: Books, row: Event) -> None:
    since = books.inside.pop(row.call, None)
    if since is None or since.what != row.subject:
        books.breaks("S4", f"call {row.call} ended in instance {row.subject} and had not begun there", row.position)
    instance = row.subject
    if instance in books.gone:
        words = f"call {row.call} executed in instance {instance}, which was destroyed"
        books.breaks("S5", words, row.position, books.gone[instance])
    elif instance in books.retired:
        words = f"call {row.call} executed in the old instance {instance} after its transfer began"
        books.breaks("S1", words, row.position, books.retired[instance])


def state_told(books: Books, row: Event) -> None:
    """STATE_TOLD: S11; as it is made, packaged (the old one's) or unpackaged (the new one's)."""
    instance, subject = row.subject, books.subjects.get(row.subject)
    if subject is not None:
        books.telling[subject.object] = 1
    swap = books.latest.get(subject.object) if subject is not None else None
    if not row.method or swap is None:
        books.told[instance] = row.b
        return
    if row.method - 1 != swap.bit:
        words = f"instance {instance} used protocol {row.method - 1}, and {swap.bit} was negotiated"
        books.breaks("S11", words, row.position)
    expected = books.told.get(swap.old if instance == swap.new else instance, 0)
    if row.b != expected:
        what = "took over" if instance == swap.new else "handed over"
        books.breaks("S11", f"instance {instance} {what} something else than the old state", row.position)
    books.told[instance] = row.b


def answer_seen(books: Books, row: Event) -> None:
    """ANSWER_SEEN: I5; the diary's calls give their tag."""
    given = books.answers.pop(row.thread, None)
    if given is not None and given != row.a:
        words = f"thread {row.thread} was given {row.a} by a call that gave {given}"
        books.breaks("I5", words, row.position)


HANDLERS = {
    Kind.ANSWER_SEEN: answer_seen,
    Kind.ACTIVATION_BEGAN: began,
    Kind.ACTIVATION_ENDED: ended,
    Kind.ACTIVATION_RAISED: raised,
    Kind.STATE_TOLD: state_told,
}
