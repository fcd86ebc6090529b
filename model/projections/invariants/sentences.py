"""The rules by number, each in a sentence that a person reads.

S is for the safety of hot-swaps, Q for quiescence, I for interposition, L for liveness; the numbers have gaps where a
rule speaks of what is not built. A sentence says what holds in every run. `seen_in` says how far the trace alone can
tell: in any run; only where components watch themselves, as the diary does; or only when a run has come to its end.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

SeenIn = Literal["any run", "runs of diaries", "runs that end"]


class RuleText(NamedTuple):
    """A rule as the guide and the window show it."""

    number: str
    sentence: str
    seen_in: SeenIn = "any run"


RULES: Final[tuple[RuleText, ...]] = (
    RuleText("S1", "No step of any call executes in the old component after its transfer began"),
    RuleText("S2", "No call enters the new component before the state has come"),
    RuleText("S3", "Nobody is inside the old component when its transfer begins"),
    RuleText("S4", "The effect of each call is there exactly once: none is lost, doubled or invented"),
    RuleText("S5", "Nothing that was destroyed is pointed at, entered, executed or returned through"),
    RuleText(
        "S6", "What the mediator counts as inside is what is inside: it never falls below nothing, and ends at it"
    ),
    RuleText("S7", "The effects of one caller come in the order of its calls", "runs of diaries"),
    RuleText("S8", "A call of a thread that is inside already is never blocked"),
    RuleText("S9", "In FORWARD no call waits at the door"),
    RuleText("S10", "In BLOCK no call enters the old component but those of threads that are inside"),
    RuleText("S11", "The new component takes over what the old one had, by the best protocol that both speak"),
    RuleText("S12", "A swap that is abandoned leaves entries and calls as if it had never been"),
    RuleText("S13", "A call that raises undoes what it did, and its caller sees the same exception"),
    RuleText("S14", "An object is in one transition at a time"),
    RuleText("S15", "Once a call was served by the new component, no later one is served by the old"),
    RuleText("Q1", "A quiescent state comes after the end of every thread that was there when it was requested"),
    RuleText("Q2", "No thread lives through more advances than there are generations"),
    RuleText("Q3", "Each generation counts the threads that live in it: on their processor, wherever they went"),
    RuleText("Q4", "A request counts only advances whose check came after it"),
    RuleText("Q5", "A quiescent state is one of every processor that it was asked of"),
    RuleText("Q6", "Each request for quiescence is answered once"),
    RuleText("I1", "PRECALL runs once before a call and POSTCALL once after it, rightly nested, also when it raises"),
    RuleText("I2", "A call is interposed if and only if its entry named the interposer when it was read"),
    RuleText("I3", "Attaching and detaching block nobody"),
    RuleText("I4", "An interposer is freed after a quiescent state that was requested once it was out of the way"),
    RuleText("I5", "What a call gives through interposers is what the component gave", "runs of diaries"),
    RuleText("I6", "No entry points at an interposer that is detached"),
    RuleText("L1", "Every call comes back", "runs that end"),
    RuleText("L2", "Every swap is completed, abandoned or refused, and frees what it replaced", "runs that end"),
    RuleText("L3", "Every request for quiescence is answered when all threads have ended", "runs that end"),
    RuleText("L4", "Nothing waits for ever", "runs that end"),
    RuleText("L5", "Nobody waits at the door of a swap that is over"),
    RuleText("L6", "A retry lets go whoever waits at the door, so that the swap can still succeed"),
)

SENTENCE_OF: Final = {rule.number: rule.sentence for rule in RULES}
