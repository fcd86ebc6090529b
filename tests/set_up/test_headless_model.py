"""The model needs no Qt: each of its modules can be imported where there is none, and the examples in it are true."""

from __future__ import annotations

import doctest
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WITH_EXAMPLES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in (ROOT / "model").rglob("*.py")
    if ">>>" in path.read_text(encoding="utf-8")
)

IMPORT_ALL = """
import importlib, pkgutil, sys

for package in ("PySide6", "shiboken6", "pyqtgraph"):
    sys.modules[package] = None  # an import of it, or from it, now fails

import model

for module in pkgutil.walk_packages(model.__path__, "model."):
    importlib.import_module(module.name)
print(sum(name.split(".")[0] == "model" for name in sys.modules))
"""


@pytest.mark.slow
def test_every_module_of_the_model_is_imported_where_qt_is_missing() -> None:
    """An interpreter of its own, since Qt is loaded in this one."""
    command = [sys.executable, "-P", "-W", "error", "-c", IMPORT_ALL]
    answer = subprocess.run(command, cwd=ROOT.parent, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    assert int(answer.stdout) == len(list((ROOT / "model").rglob("*.py")))


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_examples_in_docstrings_are_true(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
