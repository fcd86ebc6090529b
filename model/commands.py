"""What a person can ask of a running system.

A command says what is wanted, in the imperative, and by the names that the person sees. It is the only thing that
goes from a gesture to the session, and the only thing besides the scenario that a recording has to keep: the session
stamps it with an instant, and a run is a function of the scenario and its stamped commands (rule R1 of the design).

A command never says what came of it. That is an event, and stands in the trace.
"""

from __future__ import annotations

from typing import Annotated, TypeAlias

import msgspec

from model.durations import LONGEST_NS


class Swap(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="command", tag="swap"):
    """Put a new instance of an implementation in the place of the one that serves an object."""

    object: str
    implementation: str
    queue: bool = False
    """Wait for the object's transition that is under way, instead of being refused."""


class Attach(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="command", tag="attach"
):
    """Put an interposer with a wrapper around whatever stands before an object."""

    object: str
    wrapper: str
    settings: dict[str, bool | int | str] = {}
    """Those of the wrapper's settings that are not to be as it has them by itself."""


class Detach(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="command", tag="detach"):
    """Take one interposer away from an object."""

    object: str
    wrapper: str
    which: int = 0
    """Which of those with this wrapper; 0 is the outermost."""


class Cancel(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="command", tag="cancel"):
    """End the swap of an object that is under way, as long as it has not begun to transfer state."""

    object: str


class Inject(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="command", tag="inject"):
    """Let something go wrong with an object, at the next occasions."""

    object: str
    fault: str
    times: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 1
    """How often it strikes."""
    lasting_ns: Annotated[int, msgspec.Meta(ge=0, le=LONGEST_NS)] = 0
    """How long what it does lasts, where it lasts; 0 is the fault's own measure."""
    method: str = ""
    """The one call of the interface that it spoils, where it spoils calls; empty for any."""


class Offer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="command", tag="offer"):
    """Let a foreign source's implementations and wrappers be chosen from now on. Whoever issues it has been asked."""

    path: str
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


Command: TypeAlias = Swap | Attach | Detach | Cancel | Inject | Offer

COMMANDS: dict[str, type[Swap] | type[Attach] | type[Detach] | type[Cancel] | type[Inject] | type[Offer]] = {
    "swap": Swap,
    "attach": Attach,
    "detach": Detach,
    "cancel": Cancel,
    "inject": Inject,
    "offer": Offer,
}


class Stamped(msgspec.Struct, frozen=True):
    """A command with the instant that it leads: it acts before anything else that happens at `at_ns`."""

    at_ns: int
    command: Command


def encode(command: Command) -> str:
    """The command as JSON, the same text for the same command; it stands in the COMMAND_ISSUED row."""
    return msgspec.json.encode(command).decode()


def decode(text: str) -> Command:
    """The command of a COMMAND_ISSUED row. Raises msgspec.ValidationError for any other text."""
    return msgspec.json.decode(text, type=Command)  # type: ignore[no-any-return]


def words(command: Command) -> str:
    """The command as a person would say it: `swap FCM file 17 to fcm_replicated`."""
    match command:
        case Swap(object=name, implementation=implementation):
            return f"swap {name} to {implementation}"
        case Attach(object=name, wrapper=wrapper):
            return f"attach {wrapper} to {name}"
        case Detach(object=name, wrapper=wrapper):
            return f"detach {wrapper} from {name}"
        case Cancel(object=name):
            return f"cancel the swap of {name}"
        case Inject(object=name, fault=fault):
            return f"inject {fault} into {name}"
        case Offer(path=path):
            return f"offer what is in {path}"
