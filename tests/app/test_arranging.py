"""The graph is arranged by the menu, undone as one step, and kept in the recording."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from model.scenario import load
from tests.app.conftest import Opens

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def test_an_arrangement_moves_the_nodes_and_is_undone_as_one_step(qtbot: QtBot, opens: Opens) -> None:
    window = opens("tour", 100_000)
    before = window.graph.positions
    window.actions_by_name["arrange_by_calls"].trigger()
    assert window.graph.positions != before
    window.undo.undo()
    assert window.graph.positions == before


def test_where_a_person_placed_the_nodes_goes_into_the_recording(qtbot: QtBot, opens: Opens, tmp_path: Path) -> None:
    window = opens("tour", 100_000)
    window.handlers.save_to(str(tmp_path / "untouched.toml"))
    assert load(str(tmp_path / "untouched.toml")).layout.positions == {}
    window.actions_by_name["arrange_by_calls"].trigger()
    placed = window.graph.positions
    window.handlers.save_to(str(tmp_path / "placed.toml"))
    assert load(str(tmp_path / "placed.toml")).layout.positions == placed
    assert window.open(str(tmp_path / "placed.toml"))
    window.player.frame()
    assert window.graph.positions == placed
