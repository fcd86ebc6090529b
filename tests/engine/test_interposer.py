"""The generated interposers alone: what each kind of wrapper hears, changes and pays for, call by call."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from typing import Any

import pytest

from model.engine.building import CALL_STATE_BYTES
from model.engine.component import Interface
from model.engine.interposer import Interposer, interposer_for
from model.engine.objects import ObjectRecord
from model.engine.wrapper import Wrapper
from model.trace.events import Kind
from tests.fake_surroundings import FakeSurroundings, Injected


class Voice(Interface):
    title = "Voice"

    def say(self, word: str, times: int = 1) -> str:
        raise NotImplementedError

    def hush(self) -> str:
        raise NotImplementedError


class Singer:
    """The component behind the interposer."""

    def say(self, word: str, times: int = 1) -> str:
        if word == "wrong":
            raise ValueError("out of tune")
        return word * times

    def hush(self) -> str:
        return "silence"


class Listener(Wrapper):
    """Hears everything; where it may change something it changes it."""

    name = title = "listener"

    def __init__(self, surroundings: Any) -> None:
        super().__init__(surroundings)
        self.heard: list[tuple[Any, ...]] = []
        self.held_bytes: list[int] = []

    def precall(self, method: str, arguments: tuple[Any, ...]) -> Any:
        self.heard.append((method, arguments))
        self.held_bytes.append(self.surroundings.allocated.has(0))
        state = f"state of {method}"
        if self.changes_arguments:
            return state, (arguments[0].upper(), *arguments[1:]) if arguments else ()
        return state

    def postcall(self, method: str, state: Any, result: Any, error: BaseException | None) -> Any:
        self.heard.append((method, state, result, error if error is None else str(error)))
        return f"({result})"


@dataclass
class Stage:
    """A singer behind an interposer whose wrapper is of a kind."""

    changes_arguments: bool = False
    changes_results: bool = False
    skips_postcall: bool = False
    methods: frozenset[str] | None = None
    recording: bool = True
    surroundings: FakeSurroundings = field(init=False)

    def __post_init__(self) -> None:
        self.surroundings = FakeSurroundings(recording=self.recording)
        kind: Any = type("Kind", (Listener,), {
            "changes_arguments": self.changes_arguments, "changes_results": self.changes_results,
            "skips_postcall": self.skips_postcall, "methods": self.methods,
        })  # fmt: skip
        self.wrapper = kind(self.surroundings)
        surroundings: Any = self.surroundings
        record = ObjectRecord(4, "voice", Voice, (1, 2), 0)
        self.interposer: Any = interposer_for(surroundings, record, self.wrapper, 7)
        self.interposer.point_inward(Singer(), 5)

    @property
    def points(self) -> list[str]:
        return [point.name for point in self.surroundings.points]


KINDS = list(product((False, True), repeat=3))


@pytest.mark.parametrize("recording", [True, False])
@pytest.mark.parametrize(("arguments", "results", "skips"), KINDS)
def test_wrapper_hears_and_changes_what_it_declares(
    arguments: bool, results: bool, skips: bool, recording: bool
) -> None:
    stage = Stage(arguments, results, skips, recording=recording)
    sung = "LA" if arguments else "la"
    wanted = f"({sung * 2})" if results and not skips else sung * 2
    assert stage.interposer.say("la", times=2) == wanted
    after = [] if skips else [("say", "state of say", sung * 2, None)]
    assert stage.wrapper.heard == [("say", ("la", 2)), *after]


@pytest.mark.parametrize("recording", [True, False])
@pytest.mark.parametrize(("arguments", "results", "skips"), KINDS)
def test_call_without_arguments_is_wrapped_as_every_other(
    arguments: bool, results: bool, skips: bool, recording: bool
) -> None:
    stage = Stage(arguments, results, skips, recording=recording)
    assert stage.interposer.hush() == ("(silence)" if results and not skips else "silence")
    after = [] if skips else [("hush", "state of hush", "silence", None)]
    assert stage.wrapper.heard == [("hush", ()), *after]


@pytest.mark.parametrize("recording", [True, False])
@pytest.mark.parametrize(("arguments", "results", "skips"), KINDS)
def test_exception_of_a_call_is_heard_and_goes_on_to_the_caller(
    arguments: bool, results: bool, skips: bool, recording: bool
) -> None:
    stage = Stage(False, results, skips, recording=recording)
    with pytest.raises(ValueError, match="out of tune"):
        stage.interposer.say("wrong")
    after = [] if skips else [("say", "state of say", None, "out of tune")]
    assert stage.wrapper.heard == [("say", ("wrong", 1)), *after]
    assert stage.surroundings.allocated.has(0) == 0


@pytest.mark.parametrize("recording", [True, False])
def test_call_that_a_wrapper_does_not_name_passes_unheard(recording: bool) -> None:
    stage = Stage(methods=frozenset({"hush"}), recording=recording)
    assert stage.interposer.say("la") == "la"
    assert (stage.wrapper.heard, stage.points) == ([], ["TABLE_READ"] if recording else [])
    assert stage.interposer.hush() == "silence"
    assert [heard[0] for heard in stage.wrapper.heard] == ["hush", "hush"]


def test_wrapper_is_charged_at_each_end_and_for_the_state_between_them() -> None:
    stage = Stage()
    stage.interposer.say("la")
    assert stage.points == ["WRAPPER", "TABLE_READ", "WRAPPER"]
    assert stage.wrapper.held_bytes == [CALL_STATE_BYTES]
    assert stage.surroundings.allocated.has(0) == 0


def test_wrapper_that_skips_postcall_keeps_no_state_and_is_charged_once() -> None:
    stage = Stage(skips_postcall=True)
    stage.interposer.say("la")
    assert stage.points == ["WRAPPER", "TABLE_READ"]
    assert stage.wrapper.held_bytes == [0]


@pytest.mark.parametrize("skips", [False, True])
def test_where_nothing_is_recorded_nothing_is_charged(skips: bool) -> None:
    stage = Stage(skips_postcall=skips, recording=False)
    stage.interposer.say("la")
    assert (stage.points, stage.wrapper.held_bytes) == ([], [0])


@pytest.mark.parametrize(("step", "at"), [(3, "TABLE_READ"), (4, "WRAPPER"), (5, "free")])
def test_thread_killed_anywhere_after_precall_is_heard_to_the_end(step: int, at: str) -> None:
    stage = Stage()
    stage.surroundings.fail_at = step
    with pytest.raises(Injected, match=at):
        stage.interposer.say("la")
    assert stage.wrapper.heard == [("say", ("la", 1)), ("say", "state of say", None, at)]
    assert stage.surroundings.allocated.has(0) == 0


def test_mark_of_a_call_names_the_call_its_object_and_the_interposer() -> None:
    stage = Stage()
    interposer: Interposer = stage.interposer

    class Front:
        client = 2

    class Call:
        position, number, front = 30, 9, Front

    current: Any = stage.surroundings.current
    current.call = Call
    interposer.mark(Kind.PRECALL_RAN, 1)
    wanted = {"cause": 30, "call": 9, "b": 4, "subject": 7, "method": 2, "client": 2}
    assert stage.surroundings.told == [(Kind.PRECALL_RAN, wanted)]


def test_a_class_is_generated_once_for_wrappers_that_declare_the_same() -> None:
    kinds = [Stage(*kind, recording=recording) for kind in KINDS for recording in (True, False)]
    named = [Stage(methods=frozenset({name})) for name in ("say", "hush")]
    classes = [type(stage.interposer) for stage in kinds + named]
    assert len(set(classes)) == len(classes)
    assert [type(Stage(*kind).interposer) for kind in KINDS] == classes[: len(kinds) : 2]
