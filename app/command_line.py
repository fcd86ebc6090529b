"""The command line: the same program without its window, and the way into the window.

    changeover [SCENARIO]             the window; without a display the demonstration, drawn into files
    changeover run SCENARIO           a run without a person, in numbers
    changeover snapshot SCENARIO      a picture of the window at an instant
    changeover movie SCENARIO         a moving picture of the window
    changeover story SCENARIO         the trace in English
    changeover trace SCENARIO         the trace for other viewers
    changeover scenarios              what ships
    changeover scenes                 those of them that tell what happens
    changeover mutants                every planted bug, and the rule that found it
    changeover break NAME             one of them, and the smallest run that it breaks
    changeover soak                   a long run under all faults, and whether anything was lost
    changeover reproduce ...          the paper's evaluation, see app/reproduce_command.py

What a person may get wrong ends with one sentence on the standard error and status 2; a recording whose replay is
another run, or a kept failure whose schedule does not fit, ends with status 3, and a component that hung with 4.
Status 1 says that the run was made, and that what it was made to show does not hold: a kept failure breaks a rule
again, or what was to drain did not. Each command imports what it needs when it runs: Qt only those that draw.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

with warnings.catch_warnings():
    # typer 0.24 takes names from click that click 8.5 calls deprecated; nothing that we could do differently.
    warnings.simplefilter("ignore", DeprecationWarning)
    import typer

    from app.break_command import break_it
    from app.explore_command import explore, litmus
    from app.mutants_command import mutants
    from app.planted import engine_of
    from app.reproduce_command import reproduce
    from app.soak_command import soak
    from app.terminal import with_progress as _with_progress

if TYPE_CHECKING:
    from model.scenario import Scenario
    from model.session import Session

BROKEN = 1
NOT_DRAINED = 1
BAD_INPUT = 2
DIVERGED = 3
HUNG = 4
COMMANDS = (
    "run", "snapshot", "story", "scenarios", "scenes", "soak", "explore", "mutants",
    "break", "litmus", "trace", "movie", "reproduce",
    "window",
)  # fmt: skip
SLICE_S = 0.1
"""Wall time between two looks at the terminal."""

application = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=False,
    help="Watch a live system, drag a new implementation onto it, see the swap happen. "
    "`changeover [SCENARIO]` opens the window.",
)

application.add_typer(reproduce, name="reproduce")

DRAINED_HELP = (
    'Go on until the calls inside of a component have returned, or the threads of "all" or "generation:3 processor:0" '
    "have ended; at the longest to where the scenario ends."
)
ScenarioName = Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario that ships, or a file.")]
Until = Annotated[str | None, typer.Option(help='Where the run ends, like "50ms"; the scenario says otherwise.')]
Seed = Annotated[int | None, typer.Option(min=0, help="Another seed than the scenario's.")]
Size = Annotated[str, typer.Option(help="Width and height in points.")]
ThemeName = Annotated[str, typer.Option("--theme", help="light, dark, high_contrast or projector.")]
Tell = Annotated[bool, typer.Option("--tell", hidden=True, help="Tell progress as lines of JSON, for a program.")]
Trust = Annotated[
    list[str] | None, typer.Option(metavar="SHA256", help="Let this foreign code in a recording run; may be repeated.")
]


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; its exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or given[0] not in (*COMMANDS, "--help", "--version"):
        given.insert(0, "window")
    try:
        with _one_sentence_for_bad_input():
            application(given, prog_name="changeover")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return 0


@contextmanager
def _one_sentence_for_bad_input() -> Iterator[None]:
    from model.refusals import ScenarioError

    try:
        yield
    except ScenarioError as error:
        print(error, file=sys.stderr)
        raise SystemExit(BAD_INPUT) from None


@application.callback(invoke_without_command=True)
def _program(version: Annotated[bool, typer.Option("--version", help="Print the version and end.")] = False) -> None:
    if version:
        from model.session import product_version

        print(f"changeover {product_version()}")
        raise typer.Exit


@application.command(hidden=True)
def window(scenario: Annotated[str | None, typer.Argument(metavar="SCENARIO")] = None) -> None:
    """Open the window on a scenario, a recording, or the tour."""
    from model.scenario import DEFAULT, load

    name = scenario or DEFAULT
    load(name)  # One sentence here, before a window could flash up.
    if not _has_display():
        from app.demo import run_demo

        raise typer.Exit(run_demo(Path("changeover-demo")) or 0)
    from app.window import run_window

    raise typer.Exit(run_window(scenario) or 0)


def _has_display() -> bool:
    """False on a machine where Qt could not open a window."""
    if not sys.platform.startswith("linux"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


@application.command()
def scenarios() -> None:
    """What ships, a line each."""
    from model.scenario import shipped

    found = shipped()
    width = max(len(summary.name) for summary in found)
    for summary in found:
        print(f"{summary.name:<{width}}  {summary.title}")


@application.command("scenes")
def list_scenes() -> None:
    """The scenarios that tell what happens, a line each, in the order of a presentation."""
    from model.scenario import scenes

    found = scenes()
    width = max(len(summary.name) for summary in found)
    for summary in found:
        print(f"{summary.scene}  {summary.name:<{width}}  {summary.title}")


@application.command()
def run(
    scenario: ScenarioName,
    until: Until = None,
    seed: Seed = None,
    drained: Annotated[str, typer.Option(metavar="WHAT", help=DRAINED_HELP)] = "",
    record: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a recording of the run.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    trust: Trust = None,
) -> None:
    """Run a scenario or replay a recording without the window, and say what happened."""
    from app.drain import Drain
    from app.run_report import RunReport
    from model.replay import divergence

    loaded, until_ns = _loaded(scenario, until, seed, trust)
    with engine_of(loaded):
        session = _session(scenario, loaded, trust)
        report = RunReport(session)
        drain = Drain(session, drained) if drained else None
        _advance(session, until_ns)
        report.drained = drain.run(loaded.until_ns) if drain is not None else None
        if record is not None:
            _write(record, session)
        print(report.as_json() if json else report.in_words())
        session.close()
    if session.hung:
        print(f"{scenario}: {session.ended}", file=sys.stderr)
        raise typer.Exit(HUNG)
    if (why := session.schedule_divergence) is not None:
        print(f"{scenario}: the schedule does not fit this run: {why}.", file=sys.stderr)
        raise typer.Exit(DIVERGED)
    if report.drained is not None and report.drained["at_ns"] is None:
        raise typer.Exit(NOT_DRAINED)
    if loaded.recording is not None and seed is None and (found := divergence(session)) is not None:
        print(f"{scenario}: {found}.", file=sys.stderr)
        raise typer.Exit(DIVERGED)
    if report.broken:
        raise typer.Exit(BROKEN)


@application.command()
def story(scenario: ScenarioName, until: Until = None, seed: Seed = None, trust: Trust = None) -> None:
    """Tell the run in English, a line for each thing that happened."""
    from app.run_report import story_lines

    loaded, until_ns = _loaded(scenario, until, seed, trust)
    with engine_of(loaded):
        session = _session(scenario, loaded, trust)
        for line in story_lines(session, until_ns):
            print(line)
        session.close()


application.command()(explore)
application.command()(mutants)
application.command("break")(break_it)
application.command()(litmus)
application.command()(soak)


@application.command()
def trace(
    scenario: ScenarioName,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="Where the events go, as JSON.")],
    until: Until = None,
    seed: Seed = None,
    trust: Trust = None,
    tell: Tell = False,
) -> None:
    """Write a run as Chrome's trace events, which Perfetto and other viewers open."""
    from app.trace_command import write_chrome_trace

    loaded, until_ns = _loaded(scenario, until, seed, trust)
    with engine_of(loaded):
        session = _session(scenario, loaded, trust)
        count = _with_progress(
            "writing", lambda progress: write_chrome_trace(session, until_ns, output, progress), tell=tell
        )
        session.close()
    print(f"{count:,} events are in {output}")


@application.command()
def movie(
    scenario: ScenarioName,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="A .gif, a .png, or a folder.")],
    begin: Annotated[str, typer.Option("--from", help='The instant of the first frame, like "11.9ms".')] = "0 ns",
    end: Annotated[str | None, typer.Option("--to", help="The instant of the last; the scenario's end.")] = None,
    seconds: Annotated[float, typer.Option(min=0.1, max=600, help="How long the picture moves.")] = 8.0,
    fps: Annotated[int, typer.Option(help="Frames a second: 10, 20, 25 or 50.")] = 25,
    size: Size = "1280x800",
    theme: ThemeName = "light",
    trust: Trust = None,
    tell: Tell = False,
) -> None:
    """Draw the window from one instant to another into a moving picture, smooth on any machine; needs no display."""
    from model.scenario import load

    loaded = load(scenario, trust or ())
    begin_ns, end_ns = _time("--from", begin), loaded.until_ns if end is None else _time("--to", end)
    wanted = _size(size)
    from app.movie import movie as draw

    count = _with_progress(
        "drawing",
        lambda progress: draw(
            scenario, begin_ns, end_ns, output, seconds=seconds, frames_a_second=fps, size=wanted, theme=theme,
            trusted=tuple(trust or ()), progress=progress,
        ),
        tell=tell,
    )  # fmt: skip
    print(f"{count:,} frames are in {output}")


@application.command()
def snapshot(
    scenario: ScenarioName,
    at: Annotated[str, typer.Option(help='The instant of the picture, like "2ms".')],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="Where it goes: a .png or a .svg.")],
    size: Size = "1600x1000",
    scale: Annotated[float, typer.Option(min=0.5, max=4, help="Pixels a point.")] = 1.0,
    theme: ThemeName = "light",
    trust: Trust = None,
) -> None:
    """Draw the window as it looks at an instant into a file; needs no display."""
    from model.scenario import load

    at_ns, wanted = _time("--at", at), _size(size)
    load(scenario, trust or ())
    from app.snapshot import snapshot as draw

    draw(scenario, at_ns, output, size=wanted, scale=scale, theme=theme, trusted=tuple(trust or ()))


def _loaded(scenario: str, until: str | None, seed: int | None, trust: list[str] | None) -> tuple[Scenario, int]:
    """The scenario, and where its run ends: as asked, at a recording's end, or where the scenario says."""
    import msgspec

    from model.scenario import load

    loaded = load(scenario, trust or ())
    if seed is not None:
        loaded = msgspec.structs.replace(loaded, seed=seed)
    if until is not None:
        return loaded, _time("--until", until)
    return loaded, loaded.recording.end_ns if loaded.recording is not None else loaded.until_ns


def _session(name: str, loaded: Scenario, trust: list[str] | None) -> Session:
    from model import catalogue
    from model.refusals import ScenarioError
    from model.session import Session

    try:
        return Session(loaded, catalogue=catalogue.for_scenario(loaded, trust or ()))
    except ScenarioError as error:
        raise error.of_file(name) from None


def _advance(session: Session, until_ns: int) -> None:
    """Runs to the end, with a progress bar where a person waits for it."""
    if not sys.stderr.isatty():
        session.advance(until_ns)
        return
    if session.advance(until_ns, budget_s=1.0):
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("running", total=until_ns)
        while not session.advance(until_ns, SLICE_S):
            progress.update(task, completed=session.now_ns)


def _time(option: str, text: str) -> int:
    from model import durations
    from model.refusals import ScenarioError

    try:
        return durations.parse(text)
    except ValueError as error:
        raise ScenarioError(option, str(error), durations.REMEDY) from None


def _size(text: str) -> tuple[int, int]:
    from model.refusals import ScenarioError

    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal() and 320 <= int(width) <= 8192 and 240 <= int(height) <= 8192):
        raise ScenarioError("--size", f"{text!r} is not a size", "write like 1600x1000, from 320x240 to 8192x8192")
    return int(width), int(height)


def _write(path: Path, session: Session) -> None:
    from model.refusals import ScenarioError
    from model.scenario import dump

    try:
        path.write_text(dump(session.recording()), encoding="utf-8")
    except OSError as error:
        remedy = "name a file that you may write"
        raise ScenarioError("--record", f"{path} cannot be written ({error.strerror})", remedy) from None
