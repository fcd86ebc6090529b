"""The set-up script: what it refuses, what it leaves out on a second start, what it tells to install."""

from __future__ import annotations

import ast
import json
import shlex
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
NOW = "fingerprint"


@pytest.fixture
def bootstrap() -> ModuleType:
    """The script as a module; nothing is set up by importing it."""
    module = ModuleType("bootstrap")
    module.__file__ = str(ROOT / "bootstrap.py")
    exec(compile((ROOT / "bootstrap.py").read_text(encoding="utf-8"), module.__file__, "exec"), module.__dict__)
    return module


def stamp_after(bootstrap: ModuleType, purpose: str) -> dict[str, str]:
    """What the stamp holds once every step for *purpose* is done on a fresh machine."""
    return {f"{step} for {purpose}": NOW for step in bootstrap.plan(purpose, NOW, {})}


def test_old_python_gets_one_sentence_that_names_the_remedy(bootstrap: ModuleType) -> None:
    sentence = bootstrap.refusal((3, 10, 13, "final", 0))
    assert sentence == (
        "Changeover needs Python 3.11 or later and this is Python 3.10.13: "
        "install a newer one and start this file with it, for example python3.11 bootstrap.py"
    )


def test_present_python_is_not_refused(bootstrap: ModuleType) -> None:
    assert bootstrap.refusal((3, 11, 0, "final", 0)) is None


def test_script_parses_on_a_python_that_is_too_old() -> None:
    ast.parse((ROOT / "bootstrap.py").read_text(encoding="utf-8"), feature_version=(3, 6))


def test_fresh_machine_needs_every_step(bootstrap: ModuleType) -> None:
    assert bootstrap.plan("program", NOW, {}) == ["environment", "packages", "system"]


@pytest.mark.parametrize("purpose", ["program", "test"])
def test_second_start_does_nothing(bootstrap: ModuleType, purpose: str) -> None:
    assert bootstrap.plan(purpose, NOW, stamp_after(bootstrap, purpose)) == []


def test_program_starts_at_once_where_the_tests_have_run(bootstrap: ModuleType) -> None:
    assert bootstrap.plan("program", NOW, stamp_after(bootstrap, "test")) == []


def test_tests_keep_the_environment_of_the_program(bootstrap: ModuleType) -> None:
    assert bootstrap.plan("test", NOW, stamp_after(bootstrap, "program")) == ["packages", "system"]


def test_step_that_failed_is_done_again_and_those_before_it_are_not(bootstrap: ModuleType) -> None:
    stamp = {f"{step} for program": NOW for step in ("environment", "packages")}
    assert bootstrap.plan("program", NOW, stamp) == ["system"]


def test_changed_lock_sets_up_again(bootstrap: ModuleType) -> None:
    assert bootstrap.plan("program", "another", stamp_after(bootstrap, "program")) == [
        "environment",
        "packages",
        "system",
    ]


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-test.lock", "pyproject.toml"])
def test_fingerprint_follows_the_locks_and_the_project(bootstrap: ModuleType, tmp_path: Path, name: str) -> None:
    for file in ("requirements.lock", "requirements-test.lock", "pyproject.toml", "bootstrap.py"):
        (tmp_path / file).write_text("as it was")
    before = bootstrap.fingerprint(tmp_path)
    (tmp_path / name).write_text("changed")
    assert bootstrap.fingerprint(tmp_path) != before


def test_fingerprint_follows_the_python(bootstrap: ModuleType) -> None:
    assert bootstrap.fingerprint(version="3.11.7") != bootstrap.fingerprint(version="3.12.1")


def test_unreadable_stamp_counts_as_none(
    bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "STAMP", tmp_path / "stamp.json")
    (tmp_path / "stamp.json").write_text('{"environment for')
    assert bootstrap.read_stamp() == {}


def test_stamp_forgets_what_was_done_for_another_lock(
    bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "STAMP", tmp_path / "stamp.json")
    bootstrap.write_stamp("program", "packages", "old")
    bootstrap.write_stamp("test", "packages", "new")
    assert json.loads((tmp_path / "stamp.json").read_text()) == {"packages for test": "new"}


def test_missing_libraries_are_read_from_a_listing(bootstrap: ModuleType) -> None:
    listing = (
        "\tlinux-vdso.so.1 (0x00007ffd)\n"
        "\tlibEGL.so.1 => not found\n"
        "\tlibz.so.1 => /lib/x86_64-linux-gnu/libz.so.1 (0x00007f)\n"
        "\tlibxcb-cursor.so.0 => not found\n"
    )
    assert bootstrap.not_found(listing) == ["libEGL.so.1", "libxcb-cursor.so.0"]


def test_somebody_without_root_gets_the_one_command_to_type(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(bootstrap.os, "geteuid", lambda: 1000, raising=False)
    with pytest.raises(SystemExit) as ending:
        bootstrap.install_debian_packages(["libegl1", "libxcb-cursor0"], "Qt needs system libraries")
    assert str(ending.value.code).splitlines() == [
        "Qt needs system libraries. Type this, then start again:",
        "",
        "    sudo apt-get update && sudo apt-get install --yes --no-install-recommends libegl1 libxcb-cursor0",
    ]


def test_root_is_told_the_packages_before_they_are_installed(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    story: list[str] = []
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(bootstrap.os, "geteuid", lambda: 0, raising=False)
    monkeypatch.setattr(bootstrap, "say", story.append)
    monkeypatch.setattr(bootstrap, "run", lambda command, *rest: story.append(shlex.join(command)))
    bootstrap.install_debian_packages(["libegl1"], "Qt needs system libraries")
    assert story == [
        "Qt needs system libraries. Installing with apt-get: libegl1",
        "apt-get --quiet=2 --option=DPkg::Lock::Timeout=300 update",
        "apt-get --quiet=2 --option=DPkg::Lock::Timeout=300 install --yes --no-install-recommends libegl1",
    ]


def test_continuous_integration_runs_the_command_of_the_readme() -> None:
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    commands = [line for line in lines if line and not line.startswith(("#", "set ", "cd "))]
    assert commands == ["python3 bootstrap.py test"]
    assert f"    {commands[0]} " in (ROOT / "README.md").read_text(encoding="utf-8")
