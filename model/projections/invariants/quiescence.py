"""The rules of threads, generations and quiescent states."""

from __future__ import annotations

from model.projections.invariants.books import Asked, Books, Life, Since
from model.trace.events import Kind, Phase, Wait
from model.trace.trace import Event


def run_started(books: Books, row: Event) -> None:
    """RUN_STARTED: how many processors and generations there are."""
    books.generations = row.b
    books.advances = (0,) * row.a


def started(books: Books, row: Event) -> None:
    """THREAD_STARTED: it counts from this very row on."""
    if row.a < 0:
        books.outside[row.thread] = row.position
        return
    home = row.processor
    books.threads[row.thread] = Life(row.a, home, row.position, books.advances[home])
    place = (home, row.a % books.generations)
    books.active[place] = books.active.get(place, 0) + 1


def ended(books: Books, row: Event) -> None:
    """THREAD_ENDED: S4 and Q3; it ceases to count with this very row."""
    call = books.innermost.get(row.thread, 0)
    if call:
        words = f"thread {row.thread} ended inside call {call}"
        books.breaks("S4", words, row.position, books.calls[call].position)
    books.answers.pop(row.thread, None)
    if books.outside.pop(row.thread, None) is not None:
        return
    life = books.threads.pop(row.thread, None)
    if life is None:
        return
    if life.generation != row.a:
        words = f"thread {row.thread} left generation {row.a} and had entered {life.generation}"
        books.breaks("Q3", words, row.position, life.position)
    books.active[life.home, life.generation % books.generations] -= 1


def advanced(books: Books, row: Event) -> None:
    """GENERATION_ADVANCED: Q2 and Q3."""
    processor, new, position = row.processor, row.a, row.position
    if new != books.advances[processor] + 1:
        books.breaks("Q3", f"processor {processor} advanced to generation {new} out of turn", position)
    advances = list(books.advances)
    advances[processor] = new
    books.advances = tuple(advances)
    alive = books.active.get((processor, (new - 1) % books.generations), 0)
    if alive != row.b:
        words = f"processor {processor} counts {row.b} threads in generation {new - 1}, and {alive} live there"
        books.breaks("Q3", words, position)
    for thread, life in books.threads.items():
        if life.home == processor and new - life.advances > books.generations:
            words = f"thread {thread} lives through advance {new - life.advances} of its processor"
            books.breaks("Q2", words, position, life.position)


def requested(books: Books, row: Event) -> None:
    """QUIESCENCE_REQUESTED: it counts from here."""
    books.asked[row.a] = Asked(row.position, books.advances, row.b)


def reached(books: Books, row: Event) -> None:
    """QUIESCENCE_REACHED: Q1, Q4, Q5 and Q6."""
    number, position = row.a, row.position
    asked = books.asked.pop(number, None)
    if asked is None:
        books.breaks("Q6", f"quiescence {number} was reached and nobody waits for it", position)
        return
    living = ((thread, life) for thread, life in books.threads.items() if asked.waits_for(life.home))
    thread, life = next(living, (0, None))
    if life is not None and life.position < asked.position:
        words = f"quiescence {number} was reached while thread {thread} lives, which was there when it was requested"
        books.breaks("Q1", words, position, life.position)
    ways = [now - then for now, then in zip(books.advances, asked.base, strict=True)]
    waited_for = [processor for processor in range(len(ways)) if asked.waits_for(processor)]
    short = [processor for processor in waited_for if ways[processor] < books.generations]
    if short:
        rule = "Q5" if len(short) < len(waited_for) else "Q4"
        words = f"quiescence {number} was reached before processor {short[0]} advanced {books.generations} times"
        books.breaks(rule, words, position, asked.position)
    if not asked.left_out:
        books.calm = max(books.calm, asked.position)


def waited(books: Books, row: Event) -> None:
    """THREAD_WAITED: S9 and L5, where it waits at a door."""
    if row.a != Wait.DOOR:
        return
    books.at_door[row.thread] = Since(row.subject, row.position)
    subject = books.subjects.get(row.subject)
    swap = books.latest.get(subject.object) if subject is not None else None
    if swap is None or swap.mediator != row.subject:
        return
    if swap.phase < Phase.BLOCK:
        books.breaks("S9", f"thread {row.thread} waits at the door in FORWARD", row.position, swap.phase_position)
    elif swap.over:
        words = f"thread {row.thread} began to wait at the door of a swap that is over"
        books.breaks("L5", words, row.position, swap.phase_position)


def readied(books: Books, row: Event) -> None:
    """THREAD_READIED: it waits no more."""
    books.at_door.pop(row.thread, None)


HANDLERS = {
    Kind.RUN_STARTED: run_started,
    Kind.THREAD_STARTED: started,
    Kind.THREAD_ENDED: ended,
    Kind.THREAD_WAITED: waited,
    Kind.THREAD_READIED: readied,
    Kind.GENERATION_ADVANCED: advanced,
    Kind.QUIESCENCE_REQUESTED: requested,
    Kind.QUIESCENCE_REACHED: reached,
}
