"""Planted bugs: what a hot-swap engine could leave out, each with the rule that must notice.

An examination that nothing fails is none. Each mutant is a version of the engine with one thing left out, planted for
the length of one exploration (`planting`); the rule that it names must find it in a small program (`grounds`) that
explores clean and complete without it. A few are equivalent: they look like bugs and are none, and the examination
would be wrong if it failed them.

Numbers are those of a list of protocol mistakes that people have made or could make; 31 and 32 are of coordinated
swaps, which there are not yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

from model.exploration import planted_interposers as interposers
from model.exploration import planted_protocol as protocol
from model.exploration import planted_quiescence as quiescence
from model.exploration.planting import Patches, in_place


class Mutant(NamedTuple):
    """One planted bug: what it leaves out, as a sentence, and which rule finds it where."""

    number: int
    name: str
    sentence: str
    rule: str
    """Empty for an equivalent one."""
    ground: str
    patches: Callable[[], Patches]
    spared: frozenset[str] = frozenset()
    """Rules of the engine's own algorithm that an equivalent one breaks by being another, and rightly."""

    @property
    def equivalent(self) -> bool:
        """Whether nothing can tell it from the engine."""
        return not self.rule


MUTANTS: Final[tuple[Mutant, ...]] = (
    Mutant(1, "no forward phase", "The swap closes the door without waiting for the calls that began before it.",
           "S3", "one_call", protocol.no_forward_phase),
    Mutant(2, "one thread is missed", "A generation counts as empty while one thread is still in it.",
           "Q1", "one_call", quiescence.one_thread_is_missed),
    Mutant(3, "recursive calls block", "A thread that is inside already waits at the door like any other.",
           "S8", "recursion", protocol.recursive_calls_block),
    Mutant(4, "a flag instead of a depth", "The return of an inner call says that its thread is outside.",
           "S8", "recursion_twice", protocol.a_flag_instead_of_a_depth),
    Mutant(5, "not counted out when it raises", "A call that raises stays counted as inside for ever.",
           "S13", "exception", protocol.not_counted_out_when_it_raises),
    Mutant(6, "transfer with calls inside", "The transfer does not wait until the tracked calls are out.",
           "S3", "one_call", protocol.transfer_with_calls_inside),
    Mutant(7, "counted out before the body", "A call is counted out as soon as it is let in.",
           "S3", "recursion", protocol.counted_out_before_the_body),
    Mutant(8, "untracked calls are counted out", "Leaving counts down whether or not entering counted up.",
           "S6", "one_call", protocol.untracked_calls_are_counted_out),
    Mutant(9, "phase is not read again", "A call tracks itself and does not look whether the door closed meanwhile.",
           "S1", "two_calls_of_one", protocol.phase_is_not_read_again),
    Mutant(10, "table before transfer", "The entries point at the new component before the state has come.",
           "S2", "one_call", protocol.table_before_transfer),
    Mutant(11, "door opens before transfer", "Those at the door go to the new component before the state has come.",
           "S2", "one_call", protocol.door_opens_before_transfer),
    Mutant(12, "the blocked go to the old", "Those who waited at the door are sent to the old component.",
           "S1", "one_call", protocol.the_blocked_go_to_the_old),
    Mutant(13, "the woken do not look", "A woken call goes on without looking whether the door was shut again.",
           "S10", "cyclic_call_retried, alarms at any time", protocol.the_woken_do_not_look),
    Mutant(14, "the blocked lose patience", "A call that has waited long enough goes into the old component.",
           "S10", "cyclic_call", protocol.the_blocked_lose_patience),
    Mutant(15, "the blocked are dropped", "A call that waited at the door comes back without having run.",
           "S4", "one_call", protocol.the_blocked_are_dropped),
    Mutant(16, "latecomers go to the old", "A call that finds the mediator done is sent to the old component.",
           "S1", "one_call", protocol.latecomers_go_to_the_old),
    Mutant(17, "the door is never opened", "Nobody wakes those who wait at the door.",
           "L1", "one_call", protocol.the_door_is_never_opened),
    Mutant(18, "table stays on the mediator", "The entries are never pointed at the new component.",
           "S5", "one_call", protocol.table_stays_on_the_mediator),
    Mutant(19, "the old pointer comes back", "The entries are pointed at the old component when the swap is done.",
           "S1", "two_calls_of_one", protocol.the_old_pointer_comes_back),
    Mutant(20, "a wake-up is lost", "A call looks at the phase first and queues at the door afterwards.",
           "L1", "one_call", protocol.wake_up_lost),
    Mutant(21, "freed at once", "Mediator and old component are freed without a second quiescent state.",
           "S5", "one_call", protocol.freed_at_once),
    Mutant(22, "the last update is dropped", "The state that moves lacks the last effect.",
           "S11", "one_call", protocol.last_update_is_dropped),
    Mutant(23, "failure leaves the blocked", "An abandoned swap does not wake those who wait at its door.",
           "L1", "cyclic_call", protocol.failure_leaves_the_blocked),
    Mutant(24, "failure leaves the mediator", "An abandoned swap leaves the entries on its mediator.",
           "S12", "time_limits", protocol.failure_leaves_the_mediator),
    Mutant(25, "failure installs the new", "An abandoned swap points the entries at the new component.",
           "S12", "time_limits", protocol.failure_installs_the_new),
    Mutant(26, "retry forgets who is inside", "Going back to FORWARD sets the count of those inside to nothing.",
           "S3", "cyclic_call_retried, alarms at any time", protocol.retry_forgets_who_is_inside),
    Mutant(27, "time is up, so transfer", "When the time of BLOCK is up the transfer begins all the same.",
           "S3", "cyclic_call", protocol.time_limit_goes_on_to_transfer),
    Mutant(28, "anyone is recursive", "While somebody is inside, every call passes the closed door.",
           "S10", "cyclic_call", protocol.anyone_is_recursive),
    Mutant(29, "retry keeps the blocked", "Going back to FORWARD does not wake those at the door.",
           "L6", "cyclic_call_retried", protocol.retry_keeps_the_blocked),
    Mutant(30, "door opens before the table", "The door opens before the entries point at the new component.",
           "", "one_call", protocol.door_opens_before_the_table),
    Mutant(33, "one generation advance", "A quiescent state takes one advance of the generations instead of two.",
           "S5", "one_call", quiescence.one_advance),
    Mutant(34, "advances without waiting", "The generations advance without waiting for one to be empty.",
           "Q1", "one reader, one grace period", quiescence.advances_without_waiting),
    Mutant(35, "the current generation only", "Only the threads of the current generation are waited for.",
           "Q1", "one reader, two grace periods", quiescence.the_current_generation_only),
    Mutant(36, "flip, then wait", "The generation is advanced once and then the one before is waited for.",
           "Q1", "one reader, two grace periods", quiescence.flips_and_then_waits),
    Mutant(37, "requests not serialised", "Each request advances the generations by itself, in two steps.",
           "Q1", "one reader, two updaters", quiescence.requests_not_serialised),
    Mutant(38, "an advance past its check", "A request counts an advance whose check came before it.",
           "Q1", "one reader, two updaters", quiescence.counts_an_advance_past_its_check),
    Mutant(39, "joins the period under way", "A request is answered with the one that is being served.",
           "Q1", "one reader, two updaters", quiescence.joins_the_period_under_way),
    Mutant(40, "leaves the current generation", "A thread counts down the current generation and not its own.",
           "Q3", "one reader, one grace period", quiescence.leaves_the_current_generation),
    Mutant(41, "inner section counts out", "The end of an inner section counts its thread out.",
           "Q1", "a section within another", quiescence.inner_section_counts_out),
    Mutant(42, "looked up before it registers", "A thread reads its entry before it counts in a generation.",
           "S5", "one_call", quiescence.looked_up_before_it_registers),
    Mutant(43, "leaves where it is now", "A thread that moved counts down the counter of another processor.",
           "Q3", "a reader that moves", quiescence.leaves_where_it_is_now),
    Mutant(44, "pointer handed over", "A thread on another processor is handed a pointer that its caller looked up.",
           "S5", "cyclic_call", quiescence.pointer_handed_over),
    Mutant(45, "an advance from before the request", "A processor makes one advance less, as it made one before.",
           "Q5", "two processors", quiescence.an_advance_from_before_the_request),
    Mutant(46, "two protocols in one transfer", "The state is packaged by one protocol and unpackaged by another.",
           "S11", "one_call", protocol.two_protocols_in_one_transfer),
    Mutant(47, "no POSTCALL once detached", "A call that comes back after its interposer was detached skips POSTCALL.",
           "I1", "attach_and_detach, of a call timer", interposers.no_postcall_once_detached),
    Mutant(48, "second table is forgotten", "Only the first client's entry is pointed at the new component.",
           "S15", "one_call", protocol.second_table_is_forgotten),
    Mutant(49, "flip, then wait, registering at once", "As 36, but a thread reads and counts in one step.",
           "", "one reader, two grace periods", quiescence.flips_and_then_waits_with_atomic_registration,
           frozenset({"Q4", "Q5"})),
    Mutant(50, "not serialised, but each step at once", "As 37, but each check and its advance are one step.",
           "", "one reader, two updaters", quiescence.requests_not_serialised_but_atomic),
)  # fmt: skip


def named(name: str) -> Mutant:
    """The mutant of that name or number; KeyError if there is none."""
    for mutant in MUTANTS:
        if name in (mutant.name, str(mutant.number)):
            return mutant
    raise KeyError(name)


@contextmanager
def planted(mutant: Mutant | None) -> Iterator[None]:
    """The bug is in the engine while this lasts, in this process; nothing is for None."""
    with in_place(mutant.patches() if mutant is not None else ()):
        yield
