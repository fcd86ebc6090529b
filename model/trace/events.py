"""The one vocabulary of what can happen.

Every fact that a view, a receipt or a check may use is a row of the trace, and every row is one of these kinds. If a
fact is not here, it did not happen (rule R2 of the architecture). The engine and the machine write the rows; everybody
else only reads them.

A row is 64 bytes: `at_ns`, `until_ns`, `cause`, `call`, `a`, `b` (64 bits each), `thread`, `subject` (32), `kind`,
`method`, `client`, `processor` (16). A field that a kind does not use is 0, except `cause`, which is -1 for "no cause
is known". `cause` is the absolute position of the row that brought this one about.

Numbers: clients count from 0, which is the kernel; processors from 0; threads, calls and subjects from 1. *Subjects*
share one sequence of numbers: interfaces, implementations, wrappers, objects, instances, interposers, mediators,
locks, the pool of page frames, devices. An *object* is what a reference names ("FCM file 17"); an *instance* is the
component that serves it now; a swap changes the instance and keeps the object. A *request* number counts the swaps,
attaches and detaches that were asked for, from 1. Texts are numbers of the trace's table of names.

What begins with a known length carries `until_ns`, so that a picture between the two instants needs no knowledge of
the future; otherwise `until_ns` is 0.
"""

from __future__ import annotations

from enum import IntEnum, unique
from typing import NamedTuple


@unique
class Kind(IntEnum):
    """What happened. The numbers go into fingerprints of recordings: never reuse one, add at the end of its group."""

    # What is known of the world, most of it at time 0.
    RUN_STARTED = 1
    INTERFACE_KNOWN = 2
    METHOD_KNOWN = 3
    PROTOCOL_KNOWN = 4
    IMPLEMENTATION_KNOWN = 5
    VECTOR_KNOWN = 6
    WRAPPER_KNOWN = 7
    SUBJECT_TITLED = 8
    CLIENT_CREATED = 9
    OBJECT_CREATED = 10
    INSTANCE_CREATED = 11
    INSTANCE_DESTROYED = 12
    LOCK_CREATED = 13
    FIGURE_REPORTED = 14
    ENTRY_MADE = 15
    ENTRY_WRITTEN = 16
    REFERENCE_HELD = 17
    RESOURCE_KNOWN = 18

    # Threads and locks.
    THREAD_STARTED = 20
    THREAD_ENDED = 21
    THREAD_DISPATCHED = 22
    THREAD_PREEMPTED = 23
    THREAD_WAITED = 24
    THREAD_READIED = 25
    THREAD_MIGRATED = 26
    LOCK_CONTENDED = 28
    LOCK_ACQUIRED = 29

    # Calls, and what becomes of them in a swap.
    CALL_ENTERED = 30
    CALL_RETURNED = 31
    CALL_RAISED = 32
    CALL_UNTRACKED = 33
    CALL_TRACKED = 34
    CALL_RECURSIVE = 35
    CALL_BLOCKED = 36
    CALL_RELEASED = 37
    CALL_LEFT = 38
    PRECALL_RAN = 39
    POSTCALL_RAN = 40

    # What a component that watches itself says, without anybody's help: see components/diary_plain.py.
    ACTIVATION_BEGAN = 41
    ACTIVATION_ENDED = 42
    ACTIVATION_RAISED = 43
    STATE_TOLD = 44

    # Reconfiguration.
    SWAP_REQUESTED = 45
    ATTACH_REQUESTED = 46
    DETACH_REQUESTED = 47
    CANCEL_REQUESTED = 48
    REQUEST_REFUSED = 49
    REQUEST_QUEUED = 50
    PROTOCOL_NEGOTIATED = 51
    MEDIATOR_CREATED = 52
    MEDIATOR_INSTALLED = 53
    PHASE_ENTERED = 54
    PHASE_TIMED_OUT = 55
    SWAP_RETRIED = 56
    STATE_PACKAGED = 57
    STATE_UNPACKAGED = 58
    SWAP_COMPLETED = 59
    SWAP_ABANDONED = 60
    INTERPOSER_CREATED = 61
    INTERPOSER_ATTACHED = 62
    INTERPOSER_DETACHED = 63
    INTERPOSER_DESTROYED = 64
    MEDIATOR_DESTROYED = 65
    WRAPPER_ASKED = 66

    # Quiescence.
    QUIESCENCE_REQUESTED = 70
    GENERATION_ADVANCED = 71
    QUIESCENCE_REACHED = 72

    # Faults.
    FAULT_KNOWN = 75
    FAULT_INJECTED = 76
    FAULT_STRUCK = 77

    # The person.
    COMMAND_ISSUED = 80

    # Processors' parts of tables and of clustered objects.
    LOCAL_ENTRY_MADE = 85
    LOCAL_ENTRY_WRITTEN = 86
    REPRESENTATIVE_CREATED = 87

    # What a caller that watches itself says: see workloads/diarists.py.
    ANSWER_SEEN = 90


class Phase(IntEnum):
    """Where a hot-swap stands (paper §4.3.2, Figure 3), in order; the last two are its outcomes."""

    FORWARD = 1
    BLOCK = 2
    TRANSFER = 3
    COMPLETED = 4
    ABANDONED = 5


class Wait(IntEnum):
    """Why a thread waits: `a` of THREAD_WAITED, whose `subject` is the lock, mediator, pool or device, else 0."""

    LOCK = 1
    DOOR = 2
    REPLY = 3
    SLEEP = 4
    SIGNAL = 5
    FRAME = 6
    DEVICE = 7


WITHOUT_POSTCALL = 1
NOT_ALL_CALLS = 2
"""What a wrapper leaves out: `method` of WRAPPER_KNOWN."""


class Meaning(NamedTuple):
    """What the free fields of a kind mean; an empty string says that the field is not used."""

    subject: str = ""
    a: str = ""
    b: str = ""
    others: str = ""


CALL_FIELDS = "call, thread, method, client (whose table was used), processor"
FATE_FIELDS = "call, thread, client, processor; cause: the CALL_ENTERED row"

MEANINGS: dict[Kind, Meaning] = {
    Kind.RUN_STARTED: Meaning(a="number of processors", b="number of generations"),
    Kind.INTERFACE_KNOWN: Meaning("interface", b="text: name"),
    Kind.METHOD_KNOWN: Meaning("interface", b="text: name", others="method"),
    Kind.PROTOCOL_KNOWN: Meaning("interface", a="bit, 0 to 63", b="text: name"),
    Kind.IMPLEMENTATION_KNOWN: Meaning("implementation", a="interface", b="text: name"),
    Kind.VECTOR_KNOWN: Meaning("implementation", a="its transfer protocols, a bit each (bit 63 is the sign)"),
    Kind.WRAPPER_KNOWN: Meaning(
        "wrapper",
        a="interface, 0 for any",
        b="text: name",
        others="method: 1 without POSTCALL, 2 not all calls, 3 both",
    ),
    Kind.SUBJECT_TITLED: Meaning("any subject", b="text: what a person reads"),
    Kind.CLIENT_CREATED: Meaning(a="address space number", b="text: name", others="client"),
    Kind.OBJECT_CREATED: Meaning("object", a="interface", b="text: name", others="client: its home address space"),
    Kind.INSTANCE_CREATED: Meaning("instance", a="implementation", b="object"),
    Kind.INSTANCE_DESTROYED: Meaning("instance", b="object"),
    Kind.LOCK_CREATED: Meaning("lock", a="owner: an instance, 0 for the engine's", b="text: name"),
    Kind.FIGURE_REPORTED: Meaning("instance, interposer or pool of frames", a="value", b="text: name of the figure"),
    Kind.ENTRY_MADE: Meaning("object", a="target: instance, interposer or mediator", b="entry number", others="client"),
    Kind.ENTRY_WRITTEN: Meaning("object", a="new target", b="old target", others="client"),
    Kind.REFERENCE_HELD: Meaning("object that holds it", b="object that it names", others="client: home table used"),
    Kind.RESOURCE_KNOWN: Meaning("pool of frames or device", b="text: name"),
    Kind.THREAD_STARTED: Meaning(
        a="generation, -1 for none", b="text: name", others="thread, processor, client (its address space)"
    ),
    Kind.THREAD_ENDED: Meaning(a="generation, -1 for none", others="thread, processor"),
    Kind.THREAD_DISPATCHED: Meaning(others="thread, processor"),
    Kind.THREAD_PREEMPTED: Meaning(others="thread, processor"),
    Kind.THREAD_WAITED: Meaning(
        "lock, mediator, pool of frames or device, 0 for the others",
        a="Wait",
        others="thread, processor; until_ns: its time limit, if any",
    ),
    Kind.THREAD_READIED: Meaning(others="thread, processor"),
    Kind.THREAD_MIGRATED: Meaning(a="the processor that it left", others="thread, processor"),
    Kind.LOCK_CONTENDED: Meaning(
        "lock", a="thread that holds it", others="thread, processor; until_ns: end of the spin"
    ),
    Kind.LOCK_ACQUIRED: Meaning("lock", others="thread, processor; written only after a LOCK_CONTENDED"),
    Kind.CALL_ENTERED: Meaning(
        "object",
        a="target: what the entry pointed at",
        b="object that calls, 0 for a client's own code",
        others=CALL_FIELDS + "; until_ns: arrival; cause: the caller's CALL_ENTERED or THREAD_STARTED",
    ),
    Kind.CALL_RETURNED: Meaning(
        "object",
        a="ns since it was entered",
        b="object that called, 0 for a client's own code",
        others=CALL_FIELDS + "; until_ns: arrival at the caller; cause: its CALL_ENTERED",
    ),
    Kind.CALL_RAISED: Meaning(
        "object", a="ns since it was entered", b="text: the exception", others=CALL_FIELDS + "; as CALL_RETURNED"
    ),
    Kind.CALL_UNTRACKED: Meaning("object", a="request", others=FATE_FIELDS),
    Kind.CALL_TRACKED: Meaning("object", a="request", others=FATE_FIELDS),
    Kind.CALL_RECURSIVE: Meaning("object", a="request", others=FATE_FIELDS),
    Kind.CALL_BLOCKED: Meaning("object", a="request", others=FATE_FIELDS),
    Kind.CALL_RELEASED: Meaning(
        "object", a="request", b="1: to the new instance, 0: to the old", others=FATE_FIELDS + " or its CALL_BLOCKED"
    ),
    Kind.CALL_LEFT: Meaning("object", a="request", others=FATE_FIELDS + "; a tracked call is out of the component"),
    Kind.PRECALL_RAN: Meaning("interposer", b="object", others=CALL_FIELDS),
    Kind.POSTCALL_RAN: Meaning("interposer", b="object", others=CALL_FIELDS),
    Kind.ACTIVATION_BEGAN: Meaning("instance", others="call, thread: they are inside of it"),
    Kind.ACTIVATION_ENDED: Meaning(
        "instance", a="tag of its effect", b="digest of the state with it", others="call, thread"
    ),
    Kind.ACTIVATION_RAISED: Meaning("instance", b="text: the exception", others="call, thread"),
    Kind.STATE_TOLD: Meaning(
        "instance",
        a="effects that its state holds",
        b="digest of them",
        others="method: 0 when it is made, else 1 + the bit by which it was packaged or unpackaged",
    ),
    Kind.SWAP_REQUESTED: Meaning("object", a="request", b="implementation"),
    Kind.ATTACH_REQUESTED: Meaning("object", a="request", b="wrapper"),
    Kind.DETACH_REQUESTED: Meaning("object", a="request", b="interposer"),
    Kind.CANCEL_REQUESTED: Meaning("object", a="request that is to end"),
    Kind.REQUEST_REFUSED: Meaning("object", a="request, 0 for one to cancel", b="text: reason"),
    Kind.REQUEST_QUEUED: Meaning("object", a="request", b="request that it waits for"),
    Kind.PROTOCOL_NEGOTIATED: Meaning("object", a="request", b="bit, 0 to 63"),
    Kind.MEDIATOR_CREATED: Meaning("mediator", a="request", b="object"),
    Kind.MEDIATOR_INSTALLED: Meaning("object", a="request", b="mediator", others="the last entry points at it"),
    Kind.PHASE_ENTERED: Meaning("object", a="request", b="Phase: FORWARD, BLOCK or TRANSFER"),
    Kind.PHASE_TIMED_OUT: Meaning("object", a="request", b="Phase"),
    Kind.SWAP_RETRIED: Meaning("object", a="request", b="which retry, from 1", others="until_ns: end of the delay"),
    Kind.STATE_PACKAGED: Meaning("object", a="request", b="bytes", others="until_ns: end of the copying"),
    Kind.STATE_UNPACKAGED: Meaning("object", a="request", b="bytes", others="until_ns: end of the copying"),
    Kind.SWAP_COMPLETED: Meaning("object", a="request", b="new instance"),
    Kind.SWAP_ABANDONED: Meaning("object", a="request", b="text: reason"),
    Kind.INTERPOSER_CREATED: Meaning("interposer", a="wrapper", b="object"),
    Kind.INTERPOSER_ATTACHED: Meaning("object", a="request", b="interposer"),
    Kind.INTERPOSER_DETACHED: Meaning("object", a="request", b="interposer"),
    Kind.INTERPOSER_DESTROYED: Meaning("interposer", b="object"),
    Kind.MEDIATOR_DESTROYED: Meaning("mediator", b="object"),
    Kind.WRAPPER_ASKED: Meaning(
        "interposer", a="object", b="text: why", others="cause: the call that it ran for; cause of the request it made"
    ),
    Kind.QUIESCENCE_REQUESTED: Meaning(a="which, from 1", b="processors that it need not wait for, a bit each"),
    Kind.GENERATION_ADVANCED: Meaning(
        a="the new current generation, counted from 0 without wrapping",
        b="threads still in the one before",
        others="processor",
    ),
    Kind.QUIESCENCE_REACHED: Meaning(a="which, from 1"),
    Kind.FAULT_KNOWN: Meaning("fault", a="1: strikes at an interposer, 0: at the component", b="text: name"),
    Kind.FAULT_INJECTED: Meaning("object", a="fault", b="how often it is to strike"),
    Kind.FAULT_STRUCK: Meaning("object", a="fault", b="how often it is still to strike", others="thread, processor"),
    Kind.LOCAL_ENTRY_MADE: Meaning(
        "object", a="target: instance, representative, interposer or mediator", others="client, processor: whose table"
    ),
    Kind.LOCAL_ENTRY_WRITTEN: Meaning(
        "object", a="new target, 0 for the miss handler", b="old target", others="client, processor: whose table"
    ),
    Kind.REPRESENTATIVE_CREATED: Meaning(
        "representative", a="instance that it is a part of; it goes with that", others="processor"
    ),
    Kind.COMMAND_ISSUED: Meaning(a="its place in the script, from 0", b="text: the command as JSON"),
    Kind.ANSWER_SEEN: Meaning(a="what its last call gave: the tag", others="thread"),
}
