"""What holds for every test: no screen, no user's settings, no clock, and no Qt for the model."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

# Before anything imports Qt. A test that wants a real window starts an X server of its own, in another process.
os.environ["QT_QPA_PLATFORM"] = "offscreen"

# Tests of the views and of the whole window share it: before any of them imports it.
pytest.register_assert_rewrite("tests.views.panels")

HERE = Path(__file__).parent
BENCHMARKS = HERE / "benchmarks"
MODEL = HERE.parent / "model"

# The same examples in every run: a failure is then about the change at hand, and no example fails for being slow.
settings.register_profile("changeover", derandomize=True, deadline=None)
settings.load_profile("changeover")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leaves the measurements out, unless the command line names them."""
    asked_for = any("benchmarks" in argument for argument in config.invocation_params.args)
    return True if collection_path == BENCHMARKS and not asked_for else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Repeats which checks failed before pytest began, so that its closing line does not hide them."""
    failed = os.environ.get("CHANGEOVER_FAILED_CHECKS", "")
    if failed:
        terminalreporter.section("checks that failed before the tests", red=True)
        terminalreporter.line(failed)


@pytest.fixture(autouse=True)
def _no_user_settings(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings start empty and are thrown away."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.getbasetemp() / "config"))


@pytest.fixture(autouse=True)
def _no_qt_for_the_model(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes Qt unimportable while a test of the model runs, so that an import inside a function is found too."""
    if is_about_the_model(request.path):
        for package in ("PySide6", "shiboken6", "pyqtgraph"):
            monkeypatch.setitem(sys.modules, package, None)


def is_about_the_model(test: Path) -> bool:
    """Whether a test's file mirrors something of the model: tests/trace/..., tests/test_session.py, tests/model/..."""
    name = test.relative_to(HERE).parts[0].removeprefix("test_").removesuffix(".py")
    return name == "model" or (MODEL / name).is_dir() or (MODEL / f"{name}.py").is_file()
