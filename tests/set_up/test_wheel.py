"""The wheel: what it holds, and that it is the whole program."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("app", "model", "views", "resources")
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check"]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the tree as it is, built by the locked backend."""
    folder = tmp_path_factory.mktemp("wheel")
    run([*PIP, "wheel", "--quiet", "--no-deps", "--no-index", "--no-build-isolation", "-w", folder, ROOT])
    (built,) = folder.glob("*.whl")
    return built


def run(command: list[object], cwd: Path | None = None) -> str:
    """What a command prints; the test fails with what it complained about when it fails."""
    environment = {**os.environ, "PYTHONPATH": "", "QT_QPA_PLATFORM": "offscreen"}
    words = [str(word) for word in command]
    answer = subprocess.run(words, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, f"{answer.stdout}\n{answer.stderr}"
    return answer.stdout


def test_wheel_holds_every_module_and_every_resource(wheel: Path) -> None:
    """A scenario or theme that stays behind is missed only by those who install."""
    files = [path for package in PACKAGES for path in (ROOT / package).rglob("*") if path.is_file()]
    ours = {path.relative_to(ROOT).as_posix() for path in files if "__pycache__" not in path.parts}
    held = set(zipfile.ZipFile(wheel).namelist())
    assert {name for name in held if ".dist-info/" not in name} == ours
    assert "changeover-0.1.0.dist-info/licenses/LICENSE" in held


def test_wheel_in_an_empty_environment_lists_its_scenarios_from_another_folder(wheel: Path, tmp_path: Path) -> None:
    """The only test in which nothing of the checkout can be found by accident."""
    environment = tmp_path / "environment"
    venv.create(environment, with_pip=False)
    scripts = environment / ("Scripts" if os.name == "nt" else "bin")
    pip = [*PIP, "--python", scripts / "python", "install", "--quiet", "--no-compile"]
    run([*pip, "--require-hashes", "--only-binary=:all:", "-r", ROOT / "requirements.lock"])
    run([*pip, "--no-deps", "--no-index", wheel])
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert "tour" in run([scripts / "changeover", "scenarios"], cwd=elsewhere)
