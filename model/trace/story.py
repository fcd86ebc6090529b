"""The trace in English: one sentence for every kind of event.

A sentence says who did what to whom, by the names that a person sees, and is complete by itself: it is the caption
under the graph, a line of `changeover story`, a tooltip. There is one for each kind, in `SENTENCES`; a test holds
that none is missing.

Limits: a sentence knows its row and the names, not what other rows say; so a call that was let through is told by the
row of its fate, not by that of its entry.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final

from model.trace.events import Kind, Phase, Wait
from model.trace.names import Names
from model.trace.trace import Event, Trace


def sentence(trace: Trace, names: Names, event: Event) -> str:
    """What happened, as one sentence with a full stop. `names` are those at the event or soon after it."""
    return SENTENCES[Kind(event.kind)](_Told(trace, names, event))


def line(trace: Trace, names: Names, event: Event) -> str:
    """The sentence with its clock before it, as `story` prints it.

    `2.418 306 ms  Thread 214 called FCM file 17 again from inside; the mediator let the recursive call through.`
    """
    return f"{clock(event.at_ns)}  {sentence(trace, names, event)}"


def notable(kind: int) -> bool:
    """Whether the caption waits for such an event: what a person steers, phases and fates, not each call."""
    return kind in NOTABLE


NOTABLE: Final = frozenset(
    (
        Kind.CALL_UNTRACKED, Kind.CALL_TRACKED, Kind.CALL_RECURSIVE, Kind.CALL_BLOCKED, Kind.CALL_RELEASED,
        Kind.CALL_LEFT, Kind.SWAP_REQUESTED, Kind.ATTACH_REQUESTED, Kind.DETACH_REQUESTED, Kind.CANCEL_REQUESTED,
        Kind.REQUEST_REFUSED, Kind.REQUEST_QUEUED, Kind.PROTOCOL_NEGOTIATED, Kind.MEDIATOR_INSTALLED,
        Kind.PHASE_ENTERED, Kind.PHASE_TIMED_OUT, Kind.SWAP_RETRIED, Kind.STATE_PACKAGED, Kind.STATE_UNPACKAGED,
        Kind.SWAP_COMPLETED, Kind.SWAP_ABANDONED, Kind.INTERPOSER_ATTACHED, Kind.INTERPOSER_DETACHED,
        Kind.INTERPOSER_DESTROYED, Kind.MEDIATOR_DESTROYED, Kind.INSTANCE_DESTROYED, Kind.WRAPPER_ASKED,
        Kind.FAULT_INJECTED, Kind.FAULT_STRUCK,
    )
)  # fmt: skip


class _Told:
    """The words that an event's sentence is made of."""

    def __init__(self, trace: Trace, names: Names, event: Event) -> None:
        self.event = event
        self.names = names
        self.text = trace.text(event.b)
        self.a, self.b = event.a, event.b
        self.processor = f"processor {event.processor}"

    @property
    def thread(self) -> str:
        return f"Thread {self.event.thread}"

    @property
    def subject(self) -> str:
        return self.names.subject(self.event.subject)

    @property
    def method(self) -> str:
        return self.names.method(self.event.subject, self.event.method)

    @property
    def client(self) -> str:
        return self._client_words(self.event.client)

    def name(self, subject: int) -> str:
        return self.names.subject(subject)

    @property
    def table(self) -> str:
        """A client's table on one processor."""
        return f"the table of {self.client} on {self.processor}"

    @property
    def lock(self) -> str:
        """The lock by its name, which may say itself that it is one."""
        name = self.subject
        return f"the {name}" if name.startswith("lock ") else f"the lock “{name}”"

    @property
    def caller(self) -> str:
        """Who called: another object, or a client's own code."""
        return self.name(self.b) if self.b else self.client

    @property
    def instance(self) -> str:
        """An instance by its number and the name of what it serves: "instance 31 of diary"."""
        known = self.names.subjects.get(self.event.subject)
        of = f" of {self.name(known.of)}" if known and known.sort == "instance" else ""
        return f"instance {self.event.subject}{of}"

    @property
    def request(self) -> str:
        """The request by its sort and number: "Swap 4"."""
        return _first_capital(self.request_words(self.a))

    def request_words(self, number: int) -> str:
        known = self.names.requests.get(number)
        return f"{known.sort if known else 'request'} {number}"

    def target(self, identity: int) -> str:
        """What an entry points at."""
        known = self.names.subjects.get(identity)
        if known is None:
            return f"subject {identity}"
        if known.sort == "mediator":
            return "the mediator"
        if known.sort == "interposer":
            return f"its {self.name(identity)}"
        return self.name(identity)

    def _client_words(self, client: int) -> str:
        return self.names.client(client) if client else "the kernel"


def _subject_titled(told: _Told) -> str:
    known = told.names.subjects.get(told.event.subject)
    return f"{f'The {known.sort} {known.name}' if known else told.subject} got the title {told.text}."


def _local_entry_made(told: _Told) -> str:
    return f"The miss handler put {told.subject} into {told.table}; the entry points at {told.target(told.a)}."


def _local_entry_written(told: _Told) -> str:
    target = told.target(told.a) if told.a else "the miss handler"
    return f"The entry of {told.subject} in {told.table} points at {target} now."


def _representative_created(told: _Told) -> str:
    return f"{_first_capital(told.subject)} was made: the first use on that processor."


def _resource_known(told: _Told) -> str:
    return f"The machine has {told.text}."


def _thread_started(told: _Told) -> str:
    generation = f"in generation {told.a}" if told.a >= 0 else "in no generation"
    name = f" ({told.text})" if told.text else ""
    return f"{told.thread}{name} started for {told.client} on {told.processor}, {generation}."


def _thread_waited(told: _Told) -> str:
    limit = f", until {clock(told.event.until_ns)} at the latest" if told.event.until_ns else ""
    match told.a:
        case Wait.LOCK:
            return f"{told.thread} began to wait for {told.lock}{limit}."
        case Wait.DOOR:
            door = told.names.object_of(told.event.subject)
            return f"{told.thread} began to wait at the door of {told.name(door or told.event.subject)}{limit}."
        case Wait.REPLY:
            return f"{told.thread} began to wait for the reply to a call on another processor{limit}."
        case Wait.FRAME:
            return f"{told.thread} began to wait for a free page frame{limit}."
        case Wait.DEVICE:
            served = clock(told.event.until_ns)
            return f"{told.thread} began to wait for {told.name(told.event.subject)}, which serves it until {served}."
        case Wait.SLEEP:
            return f"{told.thread} went to sleep until {clock(told.event.until_ns)}."
    return f"{told.thread} began to wait for a signal{limit}."


def _call_entered(told: _Told) -> str:
    target = told.names.subjects.get(told.a)
    through = f", through {told.target(told.a)}" if target and target.sort != "instance" else ""
    return f"{told.thread} called {told.method} on {told.subject} from {told.caller}{through}."


def _entry_written(told: _Told) -> str:
    before = f"; it had named {told.target(told.b)}" if told.b else ""
    return f"The entry of {told.client} for {told.subject} was pointed at {told.target(told.a)}{before}."


def _reference_held(told: _Told) -> str:
    return f"{told.subject} got a reference to {told.name(told.b)}."


def _instance_created(told: _Told) -> str:
    return f"An instance of {told.name(told.a)} was created for {told.name(told.b)}."


def _figure_reported(told: _Told) -> str:
    known = told.names.subjects.get(told.event.subject)
    around = f" around {told.name(known.of)}" if known and known.sort == "interposer" else ""
    who = told.name(known.of) if known and known.sort == "instance" else f"The {told.subject}{around}"
    return f"{who} reported {told.text}: {grouped(told.a)}."


def _lock_created(told: _Told) -> str:
    owner = told.names.object_of(told.a)
    return f"{told.name(owner) if owner else 'The engine'} created {told.lock}."


def _call_released(told: _Told) -> str:
    whither = "the new instance" if told.b else "the old instance"
    return f"The mediator let the blocked call of thread {told.event.thread} go on to {whither} of {told.subject}."


PHASE_WORDS: Final = {
    Phase.FORWARD: "calls pass the mediator and are tracked",
    Phase.BLOCK: "new calls wait at the door",
    Phase.TRANSFER: "the state moves to the new instance",
}


def _phase_entered(told: _Told) -> str:
    phase = Phase(told.b)
    words = f": {PHASE_WORDS[phase]}" if phase in PHASE_WORDS else ""
    return f"{told.request} of {told.subject} entered {phase.name}{words}."


def _protocol_negotiated(told: _Told) -> str:
    name = told.names.protocol(told.event.subject, told.b)
    words = f", {name}" if name else ""
    return f"{told.request} of {told.subject} is to use transfer protocol {told.b}{words}."


def _refused(told: _Told) -> str:
    of = f" of {told.subject}" if told.event.subject else ""
    return f"{told.request}{of} was refused: {_without_stop(told.text)}."


def _generation_advanced(told: _Told) -> str:
    left = "1 thread was" if told.b == 1 else f"{told.b} threads were"
    return f"{_first_capital(told.processor)} advanced to generation {told.a}; {left} left in the one before."


def _command_issued(told: _Told) -> str:
    return f"Command {told.a + 1} was issued: {_command_words(told.text)}."


SENTENCES: Final[dict[Kind, Callable[[_Told], str]]] = {
    Kind.RUN_STARTED: lambda told: f"The run started on {told.a} processors with {told.b} generations on each.",
    Kind.INTERFACE_KNOWN: lambda told: f"The interface {told.text} became known.",
    Kind.METHOD_KNOWN: lambda told: f"{told.subject} got the call {told.text}.",
    Kind.PROTOCOL_KNOWN: lambda told: f"{told.subject} got transfer protocol {told.a}, {told.text}.",
    Kind.IMPLEMENTATION_KNOWN: lambda told: f"The implementation {told.text} of {told.name(told.a)} became known.",
    Kind.VECTOR_KNOWN: lambda told: f"{told.subject} knows {_protocols(told.a)}.",
    Kind.WRAPPER_KNOWN: lambda told: (
        f"The wrapper {told.text} for {told.name(told.a) if told.a else 'any interface'} became known."
    ),
    Kind.SUBJECT_TITLED: _subject_titled,
    Kind.CLIENT_CREATED: lambda told: f"Client {told.text} was created in address space {told.a}.",
    Kind.OBJECT_CREATED: lambda told: f"{told.text} was created for {told.client}, with interface {told.name(told.a)}.",
    Kind.INSTANCE_CREATED: _instance_created,
    Kind.INSTANCE_DESTROYED: lambda told: f"{told.subject} was destroyed; {told.name(told.b)} no longer needs it.",
    Kind.LOCK_CREATED: _lock_created,
    Kind.FIGURE_REPORTED: _figure_reported,
    Kind.RESOURCE_KNOWN: _resource_known,
    Kind.LOCAL_ENTRY_MADE: _local_entry_made,
    Kind.LOCAL_ENTRY_WRITTEN: _local_entry_written,
    Kind.REPRESENTATIVE_CREATED: _representative_created,
    Kind.ENTRY_MADE: lambda told: f"{_first_capital(told.client)} got entry {told.b:#04x} for {told.subject}.",
    Kind.ENTRY_WRITTEN: _entry_written,
    Kind.REFERENCE_HELD: _reference_held,
    Kind.THREAD_STARTED: _thread_started,
    Kind.THREAD_ENDED: lambda told: f"{told.thread} ended on {told.processor}.",
    Kind.THREAD_DISPATCHED: lambda told: f"{_first_capital(told.processor)} took up thread {told.event.thread}.",
    Kind.THREAD_PREEMPTED: lambda told: f"{told.thread} was preempted on {told.processor}.",
    Kind.THREAD_WAITED: _thread_waited,
    Kind.THREAD_READIED: lambda told: f"{told.thread} was made ready on {told.processor}.",
    Kind.THREAD_MIGRATED: lambda told: f"{told.thread} moved from processor {told.a} to {told.processor}.",
    Kind.LOCK_CONTENDED: lambda told: f"{told.thread} found {told.lock} held by thread {told.a}.",
    Kind.LOCK_ACQUIRED: lambda told: f"{told.thread} got {told.lock}.",
    Kind.CALL_ENTERED: _call_entered,
    Kind.CALL_RETURNED: lambda told: (
        f"{told.thread} returned from {told.method} on {told.subject} after {_span(told.a)}."
    ),
    Kind.CALL_RAISED: lambda told: (
        f"{told.method} on {told.subject} raised {_without_stop(told.text)} in thread {told.event.thread}"
        f" after {_span(told.a)}."
    ),
    Kind.CALL_UNTRACKED: lambda told: (
        f"{told.thread} was already inside {told.subject} when the mediator came; its call is untracked."
    ),
    Kind.CALL_TRACKED: lambda told: f"{told.thread} called {told.subject}; the mediator tracked the call.",
    Kind.CALL_RECURSIVE: lambda told: (
        f"{told.thread} called {told.subject} again from inside; the mediator let the recursive call through."
    ),
    Kind.CALL_BLOCKED: lambda told: f"{told.thread} called {told.subject}; the mediator blocked the call at the door.",
    Kind.CALL_RELEASED: _call_released,
    Kind.CALL_LEFT: lambda told: f"The tracked call of thread {told.event.thread} left {told.subject}.",
    Kind.PRECALL_RAN: lambda told: (
        f"The {told.subject} around {told.name(told.b)} ran before the call of thread {told.event.thread}."
    ),
    Kind.POSTCALL_RAN: lambda told: (
        f"The {told.subject} around {told.name(told.b)} ran after the call of thread {told.event.thread}."
    ),
    Kind.ACTIVATION_BEGAN: lambda told: f"{told.thread} began to execute in {told.instance}.",
    Kind.ACTIVATION_ENDED: lambda told: f"{told.thread} left its effect in {told.instance} and is out of it.",
    Kind.ACTIVATION_RAISED: lambda told: (
        f"{told.thread} is out of {told.instance}, which raised {_without_stop(told.text)}."
    ),
    Kind.STATE_TOLD: lambda told: f"{_first_capital(told.instance)} said that its state holds {_effects(told.a)}.",
    Kind.SWAP_REQUESTED: lambda told: f"Swap {told.a} was requested: {told.subject} is to become {told.name(told.b)}.",
    Kind.ATTACH_REQUESTED: lambda told: (
        f"Attach {told.a} was requested: {told.name(told.b)} is to go around {told.subject}."
    ),
    Kind.DETACH_REQUESTED: lambda told: (
        f"Detach {told.a} was requested: {told.name(told.b)} is to leave {told.subject}."
    ),
    Kind.CANCEL_REQUESTED: lambda told: f"The end of {told.request_words(told.a)} of {told.subject} was requested.",
    Kind.REQUEST_REFUSED: _refused,
    Kind.REQUEST_QUEUED: lambda told: (
        f"{told.request} of {told.subject} was queued behind {told.request_words(told.b)}."
    ),
    Kind.PROTOCOL_NEGOTIATED: _protocol_negotiated,
    Kind.MEDIATOR_CREATED: lambda told: f"A mediator was created for {told.name(told.b)}.",
    Kind.MEDIATOR_INSTALLED: lambda told: f"Every entry for {told.subject} points at the mediator now.",
    Kind.PHASE_ENTERED: _phase_entered,
    Kind.PHASE_TIMED_OUT: lambda told: f"{told.request} of {told.subject} took too long in {Phase(told.b).name}.",
    Kind.SWAP_RETRIED: lambda told: f"{told.request} of {told.subject} went back to FORWARD for retry {told.b}.",
    Kind.STATE_PACKAGED: lambda told: f"The old instance of {told.subject} packaged {_bytes(told.b)}.",
    Kind.STATE_UNPACKAGED: lambda told: f"The new instance of {told.subject} unpackaged {_bytes(told.b)}.",
    Kind.SWAP_COMPLETED: lambda told: (
        f"{told.request} of {told.subject} was completed; {told.name(told.b)} serves it from here on."
    ),
    Kind.SWAP_ABANDONED: lambda told: f"{told.request} of {told.subject} was abandoned: {_without_stop(told.text)}.",
    Kind.INTERPOSER_CREATED: lambda told: (
        f"An interposer with {told.name(told.a)} was created for {told.name(told.b)}."
    ),
    Kind.INTERPOSER_ATTACHED: lambda told: f"The {told.name(told.b)} was attached to {told.subject}.",
    Kind.INTERPOSER_DETACHED: lambda told: f"The {told.name(told.b)} was detached from {told.subject}.",
    Kind.INTERPOSER_DESTROYED: lambda told: f"The {told.subject} that was around {told.name(told.b)} was destroyed.",
    Kind.WRAPPER_ASKED: lambda told: (
        f"The {told.subject} around {told.name(told.a)} asked for {_without_stop(told.text)}."
    ),
    Kind.MEDIATOR_DESTROYED: lambda told: f"The mediator of {told.name(told.b)} was destroyed.",
    Kind.QUIESCENCE_REQUESTED: lambda told: (
        f"Quiescence {told.a} was requested: every thread of this moment must end{_but_those_on(told.b)}."
    ),
    Kind.GENERATION_ADVANCED: _generation_advanced,
    Kind.QUIESCENCE_REACHED: lambda told: f"Quiescence {told.a} was reached: every thread of its moment has ended.",
    Kind.FAULT_KNOWN: lambda told: f"The fault {told.text} became known.",
    Kind.FAULT_INJECTED: lambda told: f"A fault was put into {told.subject}: {told.name(told.a)}{_times(told.b)}.",
    Kind.FAULT_STRUCK: lambda told: f"A fault of {told.subject} struck {told.thread.lower()}: {told.name(told.a)}.",
    Kind.COMMAND_ISSUED: _command_issued,
    Kind.ANSWER_SEEN: lambda told: f"{told.thread} saw what its call gave.",
}


def clock(at_ns: int) -> str:
    """An instant to the nanosecond, in milliseconds grouped by three: `2.418 306 ms`."""
    whole, rest = divmod(at_ns, 1_000_000)
    return f"{grouped(whole)}.{rest // 1_000:03d} {rest % 1_000:03d} ms"


def grouped(number: int) -> str:
    """A whole number grouped by three: `18 432`."""
    return f"{number:,}".replace(",", " ")


def _span(ns: int) -> str:
    """A duration in three significant digits."""
    for size, unit in ((1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "µs")):
        if ns >= size:
            return f"{ns / size:.3g} {unit}" if ns < 999.5 * size else f"{grouped(round(ns / size))} {unit}"
    return f"{ns} ns"


def _effects(count: int) -> str:
    return "1 effect" if count == 1 else f"{grouped(count)} effects"


def _but_those_on(left_out: int) -> str:
    numbers = [str(number) for number in range(64) if left_out >> number & 1]
    return f", but for those on processor{'s' if len(numbers) > 1 else ''} {', '.join(numbers)}" if numbers else ""


def _times(count: int) -> str:
    return "" if count == 1 else f", {grouped(count)} times"


def _bytes(count: int) -> str:
    return "1 byte" if count == 1 else f"{grouped(count)} bytes"


def _protocols(vector: int) -> str:
    count = (vector & (1 << 64) - 1).bit_count()
    return "1 transfer protocol" if count == 1 else f"{count} transfer protocols"


def _command_words(text: str) -> str:
    """A command's JSON as words: `swap FCM file 17, fcm_replicated`; the text itself if it is something else."""
    try:
        fields = json.loads(text)
        words = str(fields.pop("command")).lower()
        return f"{words} {', '.join(str(value) for value in fields.values() if value not in (False, 0))}"
    except (ValueError, KeyError, TypeError, AttributeError):
        return text


def _first_capital(words: str) -> str:
    """Our own words begin with a capital; a name is written as its owner writes it."""
    return words[:1].upper() + words[1:] if words.startswith(OWN_WORDS) else words


OWN_WORDS: Final = ("the ", "processor ", "swap ", "attach ", "detach ", "request ")


def _without_stop(words: str) -> str:
    return words.rstrip(". ") or "no reason is known"
