"""The gallery of experiments: what it shows, what it starts and ends, and the single runs that it opens."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.gallery import Evaluation, Gallery
from model.experiments import EXPERIMENTS
from model.scenario import load
from tests.app.conftest import Opens
from views.kit.theme import load_theme

WORKS = """
import json, pathlib, sys
folder, name = pathlib.Path(sys.argv[4]), sys.argv[2]
for done in (1, 2):
    print(json.dumps({"done": done, "total": 2, "jobs_done": done, "jobs": 2}), file=sys.stderr, flush=True)
row = dict(quantity="<b>how much", paper=1.5, ours=1.4, unit="us", band=[1, 2], in_band=True, fitted=True)
folder.mkdir(parents=True, exist_ok=True)
(folder / "rows.json").write_text(json.dumps({name: {"rows": [row]}}))
"""
FAILS = "import sys; print('there is no room', file=sys.stderr); sys.exit(5)"
STAYS = """
import json, signal, sys
print(json.dumps({"done": 0, "total": 2, "jobs_done": 0, "jobs": 2}), file=sys.stderr, flush=True)
signal.pause()
"""


@pytest.fixture
def gallery(qtbot: QtBot, opens: Opens, tmp_path: Path) -> Gallery:
    made = Gallery(load_theme("light"), opens(), tmp_path)
    qtbot.addWidget(made)
    return made


def runs(gallery: Gallery, program: str) -> Evaluation:
    gallery.evaluation.process.program = (sys.executable, "-c", program)
    return gallery.evaluation


def test_every_experiment_has_a_page_that_says_what_it_is(gallery: Gallery) -> None:
    for place, experiment in enumerate(EXPERIMENTS):
        gallery.show_experiment(place)
        said = gallery.page.toPlainText()
        assert experiment.title in said
        assert "Not run yet." in said


@pytest.mark.slow
def test_run_shows_progress_and_then_the_rows_with_nothing_taken_for_markup(qtbot: QtBot, gallery: Gallery) -> None:
    """Starts another process, as the gallery does."""
    told: list[tuple[float, str]] = []
    evaluation = runs(gallery, WORKS)

    def tell(part: float, words: str) -> None:
        told.append((part, words))

    evaluation.progressed.connect(tell)
    with qtbot.waitSignal(evaluation.ended, timeout=20_000) as ended:
        gallery.run()
    assert ended.args == [True]
    assert told == [(0.5, "1 of 2 runs"), (1.0, "2 of 2 runs")]
    said = gallery.page.toPlainText()
    assert "<b>how much" in said
    assert "1 to 2" in said
    assert "fitted" in said
    assert gallery.run_button.isEnabled()


@pytest.mark.slow
def test_run_that_fails_says_why_where_the_words_are(qtbot: QtBot, gallery: Gallery) -> None:
    """Starts another process, which ends with a status."""
    with qtbot.waitSignal(runs(gallery, FAILS).ended, timeout=20_000) as ended:
        gallery.run()
    assert ended.args == [False]
    assert gallery.words.text() == "not all of it is there"
    assert gallery.words.toolTip() == "there is no room"


@pytest.mark.slow
def test_cancel_ends_the_other_process(qtbot: QtBot, gallery: Gallery) -> None:
    """Starts another process and ends it."""
    evaluation = runs(gallery, STAYS)
    with qtbot.waitSignal(evaluation.progressed, timeout=20_000):
        gallery.run()
    with qtbot.waitSignal(evaluation.ended, timeout=20_000):
        gallery.cancel_button.click()
    assert not evaluation.running


@pytest.mark.slow
def test_closing_the_gallery_ends_what_it_began(qtbot: QtBot, gallery: Gallery) -> None:
    """Starts another process and ends it."""
    evaluation = runs(gallery, STAYS)
    with qtbot.waitSignal(evaluation.progressed, timeout=20_000):
        gallery.run()
    gallery.reject()
    assert not evaluation.running


def test_single_run_opens_as_a_scenario(qtbot: QtBot, gallery: Gallery) -> None:
    place = next(place for place, experiment in enumerate(EXPERIMENTS) if experiment.name == "figure5")
    gallery.show_experiment(place)
    gallery.runs.setCurrentIndex(3)
    with qtbot.waitSignal(gallery.open_wanted) as wanted:
        gallery.open_run()
    (path,) = wanted.args
    assert load(path).machine.profile == "s85"


@pytest.mark.slow
def test_action_opens_the_gallery_and_a_run_opens_in_the_window(opens: Opens, tmp_path: Path) -> None:
    """Builds a second session, of an SDET."""
    window: Any = opens()
    window.actions_by_name["experiments"].trigger()
    (gallery,) = window.findChildren(Gallery)
    gallery.folder = tmp_path
    gallery.show_experiment(2)
    gallery.open_run()
    assert window.session.scenario.title.startswith("SDET, 1-way")


@pytest.mark.parametrize("spoilt", ["{", "[]", json.dumps({"table1": {"rows": 3}})])
def test_results_that_cannot_be_read_are_as_if_they_were_not_there(gallery: Gallery, spoilt: str) -> None:
    folder = gallery.folder / "table1"
    folder.mkdir(parents=True)
    (folder / "rows.json").write_text(spoilt)
    gallery.show_experiment(0)
    assert "Not run yet." in gallery.page.toPlainText()
