"""A machine on which anything that can happen next may: for exploration, and for playing what it found.

It is the same machine, with the same threads, locks, generations and trace, but for one thing: time is abstract. The
calendar lets a thread go on when its instant has come, and so of all the orders of a dozen threads it shows one. Here
every thread that does not wait is *enabled*, whatever its instant and its processor; a thread that sleeps may wake up
at any moment; and an armed alarm, such as the time limit of a swap, may come at any moment:

    at each point, park, sleep, wait for a lock, and end of a thread
        choose(n) of    0    the thread that stands at the point: it simply goes on (where it can)
                        1..  the other enabled threads, by number
                        ..   sleeping threads, then alarms, the earliest first
                        n-1  what comes from outside: the next command of the script

A step moves the clock by its cost, at least by 1 ns, so that a schedule can be animated and each step has an instant of
its own; what is one step together, such as registering in a generation, may be free. Between two points nobody else
runs. `work` and the way back of a call touch nothing shared, so there is no choice there; what a component does after
them belongs to the step before.

Limits: where only a time limit ends something (a component that works for ever), the alarm comes by itself once the
work has lasted until then. A run of more than STEPS_AT_MOST steps is stopped, and `endless` says so.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable
from functools import partial
from operator import attrgetter
from time import perf_counter
from typing import Any, Final, Literal, Protocol

from greenlet import greenlet

from model.machine.abstract_time import Alarm, AlarmCalendar, GenerationsInOneStep, LockWithoutSpinning, NumbersByParent
from model.machine.carriers import Carrier
from model.machine.generations import Generations
from model.machine.lock import SimulatedLock
from model.machine.machine import Machine
from model.machine.processor import Processor
from model.machine.replay import BEGIN, END, PARK, SLEEP, WORK
from model.machine.scheduler import duration
from model.machine.surroundings import Line, Operation
from model.machine.thread import Thread
from model.trace.events import Kind, Wait
from model.trace.trace import Trace, pack_row

STEPS_AT_MOST = 20_000
PATIENCE_S = 20.0
"""Before a component is said to hang: whoever chooses takes time as well."""
FIRST_NS = 1
"""The clock at the first step, so that a command of this instant leads everything."""

Alarms = Literal["any time", "when idle"]
"""When a time limit may expire: at any moment, or only when every thread waits."""

Registering = Literal["every step", "one step"]
"""Whether the generations count threads and advance in their many steps, or each time in one."""

_NO_CHOICE: Final = frozenset({int(Operation.UNLOCK)})
"""Others may as well run after it: all that they could see before is that the lock is held."""
_WAYS: Final = frozenset(
    int(way) for way in (Operation.CALL_ENTRY, Operation.CALL_RETURN, Operation.CROSSING, Operation.TRAP)
)
"""The ways into a component, which is their subject, and into what stands in front of one or back, which have none:
nothing that is shared comes after those before the next point."""
_IDENTITY: Final = attrgetter("identity")
_THREAD_WAITED: Final = int(Kind.THREAD_WAITED)
_THREAD_READIED: Final = int(Kind.THREAD_READIED)
_THREAD_DISPATCHED: Final = int(Kind.THREAD_DISPATCHED)
_THREAD_PREEMPTED: Final = int(Kind.THREAD_PREEMPTED)


class Chooser(Protocol):
    """Whoever decides: gets the machine as it stands at a step, and how many things may happen next."""

    def __call__(self, machine: ExploredMachine, n: int, /) -> int:
        """The answer, from 0 to n - 1; not asked where n is 1."""


class ExploredMachine(Machine):
    """A machine whose every step is chosen. Made, run in any number of slices, closed."""

    __slots__ = (
        "_alarms", "_alarms_wait", "_answer", "_awake", "_begun", "_failure", "_idle", "_next", "_numbers",
        "_out_of_budget", "_outer", "_overdue", "_quick_ns", "_registering", "_sleepers", "_step_ns", "answers",
        "came_from_outside", "chooser", "enabled", "endless", "goes_on", "halted", "operation", "preemptions", "step",
        "stood_at", "subject",
    )  # fmt: skip

    def __init__(
        self,
        trace: Trace,
        *,
        chooser: Chooser,
        alarms: Alarms = "any time",
        registering: Registering = "every step",
        **machine: Any,
    ) -> None:
        self.chooser = chooser
        self._registering = registering
        self._idle: list[Carrier] | None = None
        self._awake: list[Thread] = []
        self._sleepers: list[Alarm] = []
        self._alarms: list[Alarm] = []
        self._alarms_wait = alarms == "when idle"
        self._outer: list[Callable[[], None]] = []
        self.came_from_outside = 0
        """How many of the things from outside have come."""
        self._numbers = NumbersByParent()
        self._answer: int | None = None
        self._next: Thread | Alarm | None = None
        self._failure: Exception | None = None
        self._quick_ns = -1
        self._out_of_budget = False
        self._overdue = False
        self.step = 0
        """How many choices there were, those among one thing included."""
        self.enabled = 0
        """How many of the candidates of the last choice are threads."""
        self.goes_on: Thread | None = None
        """The thread that answer 0 lets go on; None where the last one waits, sleeps or has ended."""
        self.operation = BEGIN
        self.subject = 0
        self.stood_at: dict[int, tuple[int, int]] = {}
        """What each thread that was switched away from stands before: operation and subject, by thread number."""
        self.answers: list[tuple[int, int, int]] = []
        """(step, answer, operation) of all that were not 0, what comes from outside left out."""
        self.preemptions = 0
        """How often another thread went on where one could, or an alarm came where a thread could go on."""
        self.halted = False
        self.endless = False
        super().__init__(trace, **machine)
        self._step_ns = tuple(ns or 1 for ns in self._point_ns)
        self._calendar = AlarmCalendar(self._alarms)
        self._watchdog.patience_s = PATIENCE_S

    # ---- what may happen next

    def candidates(self) -> list[Thread | Alarm | None]:
        """What the answers stand for, in order; None for what comes from outside."""
        found: list[Thread | Alarm | None] = [] if self.goes_on is None else [self.goes_on]
        found += [thread for thread in self._awake if thread is not self.goes_on]
        found += [sleeper.action for sleeper in self._sleepers]
        if not (self._alarms_wait and found):
            found += self._alarms
        if self._outer:
            found.append(None)
        return found

    def waiting(self) -> list[Thread]:
        """The threads that are not enabled, by number."""
        awake = {thread.identity for thread in self._awake} | {sleeper.action.identity for sleeper in self._sleepers}
        return [thread for number, thread in sorted(self.threads.items()) if number not in awake and thread.greenlet]

    def armed(self) -> tuple[Alarm, ...]:
        """The alarms that may come, the earliest first."""
        return tuple(self._alarms)

    def from_outside(self, action: Callable[[], None]) -> None:
        """Something that may come at any moment, after whatever was given here before: a command."""
        self._outer.append(action)

    @property
    def to_come_from_outside(self) -> int:
        return len(self._outer)

    def halt(self) -> None:
        """Ends the run at the next step; all stays where it is."""
        self.halted = True
        self._quick_ns = -1

    def choose(self, n: int) -> int:
        """Which of `n` candidates goes on."""
        if n == 1:
            return 0
        try:
            return self.chooser(self, n)
        except Exception as error:  # Not to be taken for an error of the thread that stands at the choice.
            self._failure = error
            self.halt()
            return 0

    def _count(self) -> int:
        n = self.enabled = len(self._awake) + len(self._sleepers)
        if not (self._alarms_wait and n):
            n += len(self._alarms)
        return n + 1 if self._outer else n

    # ---- running it

    def run(self, until_ns: int, budget_s: float | None = None) -> bool:
        self._quick_ns = until_ns if budget_s is None and not self.halted else -1
        self._out_of_budget = False
        self.now_ns = max(self.now_ns, FIRST_NS)
        try:
            done = super().run(until_ns, budget_s)
        finally:
            self._quick_ns = -1
        if self._failure is not None:
            raise self._failure
        return done

    def _run_slice(self) -> bool:
        self._begun = False
        self._run_threads()
        return not self._out_of_budget

    def close(self) -> None:
        """Ends every thread; their greenlets are kept where they are."""
        self._quick_ns = -1
        ending: set[greenlet | None] = set()
        for thread in self.threads.values():
            carrier = thread.greenlet
            if carrier in ending:  # Once is enough: it may carry another by then.
                thread.greenlet = None
            elif isinstance(carrier, Carrier) and not carrier.begun:
                self._put_by(carrier)
                thread.greenlet = None
            ending.add(carrier)
        super().close()
        self._awake, self._sleepers, self._alarms, self._outer = [], [], [], []

    def next_due_ns(self) -> int | None:
        if self.halted:
            return None
        if self._next is not None:
            return self._due_of(self._next)
        now_ns = max(self.now_ns, FIRST_NS)
        if self._awake or self._outer:
            return now_ns
        due = [alarm.due_ns for alarm in (*self._sleepers[:1], *self._alarms[:1])]
        return max(now_ns, min(due)) if due else None

    def point(self, operation: int, subject: int = 0) -> None:
        """A choice, in which answer 0 goes on with the current thread; its access follows when it goes on."""
        self.now_ns = now_ns = self.now_ns + self._step_ns[operation]
        if now_ns < self.horizon_ns or operation in _NO_CHOICE or (not subject and operation in _WAYS):
            if self._quick_ns < 0:
                self._inside()
            return
        self.operation = operation
        self.subject = subject
        if now_ns > self._quick_ns or self.step >= STEPS_AT_MOST:
            self.goes_on = self._inside()
            self._switch_away()
            return
        n = self.enabled = len(self._awake) + len(self._sleepers)
        if not self._alarms_wait:
            n += len(self._alarms)
        if self._outer:
            n += 1
        if n > 1:
            self.goes_on = self.current
            answer = self.choose(n)
            if answer or self.halted:
                if answer < len(self._awake) and not self.halted:
                    self._give_way(answer)
                else:
                    self._answer = answer
                    self._switch_away()
                return
        self.step += 1

    def _give_way(self, answer: int) -> None:
        """Lets another thread that is awake go on at once: what `_next_thread` comes to by far more often than to all
        else, without asking after all else."""
        awake, ours = self._awake, self.current
        place = awake.index(ours)
        thread = awake[answer - 1 if answer <= place else answer]
        self.stood_at[ours.identity] = (self.operation, self.subject)
        self.answers.append((self.step, answer, self.operation))
        self.preemptions += 1
        self.step += 1
        self.now_ns += 1
        self._give_turn(thread)
        thread.resume()
        if ours.killed:
            self._be_killed(ours)

    def wait_turn(self, ns: int, operation: int = 0, subject: int = 0) -> None:
        """As `point`, to which whoever looks at the horizon comes: only within one step does anybody run ahead here."""
        self.point(operation, subject)

    def point_on(self, operation: int, subject: int, line: Line, exclusive: bool = True) -> None:
        """As `point`: where time is abstract, it does not matter how far away a line is."""
        self.point(operation, subject)

    def _next_thread(self) -> Thread | None:
        """Makes the choice and lets it happen: alarms and what comes from outside right here, until a thread is chosen.

        None ends the slice; the choice then stands and is made, or carried out, in the next one.
        """
        if self.goes_on is not None:
            self.stood_at[self.goes_on.identity] = (self.operation, self.subject)
        while not self.halted:
            if self._overdue:
                self._overdue = False
                self._carry_out(self._alarms[0])
                continue
            if isinstance(self._next, Alarm) and self._next.action is None:
                self._next = None  # Chosen in the last slice, and taken back from outside since then.
            if self._next is None:
                answer = self._answer
                if answer is None:
                    n = self._count() if self._may_choose() else 0
                    if not n:
                        return None
                    answer = self.choose(n)
                self._answer = None
                if self.halted:
                    return None
                chosen = self._candidate(answer)
                if chosen is None:  # Whoever is outside acts between two steps, and makes none.
                    self.current = self._outside
                    self.came_from_outside += 1
                    self._outer.pop(0)()
                    continue
                if answer:
                    self.answers.append((self.step, answer, self.operation))
                    paid = self.goes_on is not None or (isinstance(chosen, Alarm) and self.enabled > 0)
                    self.preemptions += paid
                self.step += 1
                self._next = chosen
            if self._due_of(self._next) > self._limit_ns:
                return None
            chosen, self._next = self._next, None
            if isinstance(chosen, Thread):
                return self._resume(chosen)
            self._carry_out(chosen)
        return None

    def _may_choose(self) -> bool:
        if self.now_ns <= self._quick_ns and self.step < STEPS_AT_MOST:
            return True
        if self.step >= STEPS_AT_MOST:
            self.endless = self.halted = True
        if self._begun and self._deadline_s is not None:
            self._out_of_budget = perf_counter() >= self._deadline_s
        self._begun = True
        return not (self.halted or self._out_of_budget or self.now_ns > self._limit_ns)

    def _candidate(self, answer: int) -> Thread | Alarm | None:
        if self.goes_on is None:
            if answer < len(self._awake):
                return self._awake[answer]
        elif not answer:
            return self.goes_on
        return self.candidates()[answer]

    def _due_of(self, chosen: Thread | Alarm) -> int:
        if isinstance(chosen, Alarm):
            return max(self.now_ns, chosen.due_ns)
        for sleeper in self._sleepers:
            if sleeper.action is chosen:
                return max(self.now_ns, sleeper.due_ns)
        return self.now_ns

    def _carry_out(self, alarm: Alarm) -> None:
        self.now_ns = max(self.now_ns + 1, alarm.due_ns)
        action = alarm.action
        alarm.cancel()
        self.current = self._outside
        action()

    def _resume(self, thread: Thread) -> Thread:
        for sleeper in self._sleepers:
            if sleeper.action is thread:
                self.now_ns = max(self.now_ns + 1, sleeper.due_ns)
                sleeper.cancel()
                self._tell(_THREAD_READIED, thread)
                self._queue(thread)
                break
        if thread is not self.goes_on:
            self.now_ns += 1
        self._give_turn(thread)
        return thread

    def _give_turn(self, thread: Thread) -> None:
        """Makes a thread the current one."""
        processor = thread.cpu
        before = processor.running
        if before is not thread:
            now_ns, fresh = self.now_ns, self.fresh
            if before is not None:
                fresh.append(pack_row(
                    now_ns, 0, -1, 0, 0, 0, before.identity, 0, _THREAD_PREEMPTED, 0, before.client, before.processor
                ))  # fmt: skip
            processor.running = thread
            fresh.append(pack_row(
                now_ns, now_ns, -1, 0, 0, 0, thread.identity, 0, _THREAD_DISPATCHED, 0, thread.client,
                thread.processor,
            ))  # fmt: skip
        self.goes_on = None
        self.current = thread

    def _tell(self, kind: int, thread: Thread, until_ns: int = 0, a: int = 0, subject: int = 0) -> None:
        self.append(
            kind, self.now_ns, until_ns, -1, 0, a, 0, thread.identity, subject, 0, thread.client, thread.processor
        )  # fmt: skip

    # ---- threads

    def _new_thread(self, function: Callable[[], Any], name: str, processor: int, client: int) -> Thread:
        self._threads_started = self._numbers.number_of_child(self.current.identity) - 1
        return super()._new_thread(function, name, processor, client)

    def _serve(self, thread: Thread, in_generation: bool, cause: int) -> None:
        """A request runs on its caller's greenlet: while it lives, it is enabled in the caller's place."""
        if thread in self._awake:
            super()._serve(thread, in_generation, cause)
            return
        caller = next(other for other in self._awake if other.greenlet is thread.greenlet)
        self._awake.remove(caller)
        self._queue(thread)
        try:
            super()._serve(thread, in_generation, cause)
        finally:
            if not self.closed:
                self._awake.remove(thread)
                self._queue(caller)

    def keep_greenlets(self) -> list[Carrier]:
        """From now on a greenlet whose thread has ended carries another one later; where they are kept meanwhile."""
        self._idle = idle = self._idle or []
        return idle

    def carrier(self, life: Callable[[], None]) -> greenlet:
        """What a new thread lives on."""
        if self._idle is None:
            return greenlet(life)
        carrier = self._idle.pop() if self._idle else Carrier()
        carrier.take(life, self._put_by)
        return carrier

    def _put_by(self, carrier: Carrier) -> None:
        assert self._idle is not None
        self._idle.append(carrier)

    def _queue(self, thread: Thread) -> None:
        insort(self._awake, thread, key=_IDENTITY)

    def _release_processor(self, processor: Processor) -> None:
        """The current thread waits or has ended."""
        processor.running = None
        thread = self.current
        self._awake.remove(thread)
        self.goes_on = None
        self.operation, self.subject = END if thread.ended else PARK, 0
        self.stood_at[thread.identity] = (self.operation, 0)

    def _make_generations(self, count: int) -> Generations:
        made = Generations if self._registering == "every step" else GenerationsInOneStep
        return made(self, count=count)

    # ---- time

    def work(self, ns: int) -> None:
        """Lets time pass; others are not asked, as nothing that they could see happens meanwhile."""
        now_ns = self.now_ns
        ends_ns = now_ns + ns
        if type(ends_ns) is not int or ends_ns <= now_ns or self._quick_ns < 0:
            thread = self._inside()
            ends_ns = now_ns + duration(ns)
            if ends_ns == now_ns:
                self._count_zero_delay(thread)
        self.now_ns = ends_ns
        if self._alarms and self._alarms[0].due_ns <= ends_ns:
            self._overdue = True
            self.goes_on, self.operation, self.subject = self.current, WORK, 0
            self._switch_away()

    def call_at(self, at_ns: int, action: Callable[[], Any]) -> Any:
        return Alarm(at_ns, action, self._alarms)

    def wait_at_most(self, thread: Thread, until_ns: int) -> None:
        thread.deadline = Alarm(until_ns, partial(self._make_ready, thread), self._alarms)

    def _forget_deadline(self, thread: Thread) -> None:
        thread.deadline.cancel()
        thread.deadline = None

    def wait_until(self, ends_ns: int, wait: Wait, subject: int = 0) -> None:
        """Waits to be chosen; the clock then stands at `ends_ns` at least."""
        thread = self._inside()
        thread.wait = wait
        self._tell(_THREAD_WAITED, thread, until_ns=ends_ns, a=wait, subject=subject)
        self._release_processor(thread.cpu)
        self.operation = SLEEP
        self.stood_at[thread.identity] = (SLEEP, 0)
        Alarm(ends_ns, thread, self._sleepers)
        self._switch_away()

    # ---- locks

    def lock(self, name: str, owner: int = 0, line: Line | None = None) -> SimulatedLock:
        """A new lock; `owner` is the instance that it belongs to."""
        subject = self.new_subject()
        self.emit(Kind.LOCK_CREATED, subject=subject, a=owner, b=self.name(name))
        return LockWithoutSpinning(self, name, subject, None)
