"""The gallery of experiments: the paper's evaluation, run in the background from the window.

        the person -- Run --> another process: `changeover reproduce NAME --out FOLDER --json --tell`
                                  | a line of progress after each run, at the end the rows
        the gallery <-------------'

A simulated machine keeps an interpreter busy, so the work is done in another process; the window stays as quick as
ever. Cancel asks that process politely to end, and it keeps what is done: the next Run goes on from there. What was
found before is shown when the gallery opens.

Any single run of an experiment opens in the window as a scenario, to be watched and stopped at any instant.
"""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QObject, QStandardPaths, Signal, Slot
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QProgressBar, QTextBrowser, QWidget

from app.other_process import THIS_PROGRAM, OtherProcess
from app.sheet import Sheet
from model.experiments import EXPERIMENTS, scenario_of
from model.experiments.experiment import Experiment
from model.experiments.job import Job
from model.scenario import dump
from views.kit.buttons import PrimaryButton, SecondaryButton, SegmentedControl
from views.kit.theme import Theme
from views.kit.thin_scroll import scroll_thinly
from views.kit.typography import font

SEEDS: Final = 1
PICTURE_WIDTH: Final = 560


def results_folder() -> Path:
    """Where the window keeps what experiments found."""
    kept = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppLocalDataLocation)
    return Path(kept) / "evaluation"


class Evaluation(QObject):
    """One evaluation in another process: started, told of, ended or cancelled."""

    progressed = Signal(float, str)
    """The part that is done, from 0 to 1, and words for it."""
    ended = Signal(bool)
    """Whether every run is there."""

    def __init__(self, parent: QObject, program: tuple[str, ...] = THIS_PROGRAM) -> None:
        super().__init__(parent)
        self.process = OtherProcess(self, program, QT_QPA_PLATFORM="offscreen")
        self.process.told.connect(self._told)
        self.process.ended.connect(self._ended)

    @property
    def running(self) -> bool:
        """Whether it is at work."""
        return self.process.running

    @property
    def said(self) -> str:
        """What the other process said beside its progress."""
        return self.process.said

    def start(self, name: str, folder: Path, seeds: int) -> None:
        """Begins; nothing happens while one is running."""
        self.process.start("reproduce", name, "--out", str(folder), "--seeds", str(seeds), "--json", "--tell")

    @Slot()
    def cancel(self) -> None:
        """Asks for the end and waits for it a little; what is done is kept."""
        self.process.finish()

    @Slot(dict)
    def _told(self, told: dict[str, Any]) -> None:
        self.progressed.emit(told["done"] / max(told["total"], 1e-9), f"{told['jobs_done']} of {told['jobs']} runs")

    @Slot(int, str)
    def _ended(self, status: int, _: str) -> None:
        self.ended.emit(status == 0)


class Gallery(Sheet):
    """All experiments, one at a time: what it is, its rows and pictures, Run, and its single runs."""

    open_wanted = Signal(str)
    """A scenario file of a single run."""

    def __init__(self, theme: Theme, parent: QWidget, folder: Path | None = None) -> None:
        super().__init__("Experiments", theme, parent, does=True)
        self.folder = folder if folder is not None else results_folder()
        self.evaluation = Evaluation(self)
        self.evaluation.progressed.connect(self._progressed)
        self.evaluation.ended.connect(self._ended)
        self._running = ""
        self.choice = SegmentedControl([_short(one) for one in EXPERIMENTS], "Experiment", theme)
        self.choice.chosen.connect(self.show_experiment)
        self.page = QTextBrowser()
        self.page.setFrameShape(QFrame.Shape.NoFrame)
        self.page.setPalette(theme.palette())
        scroll_thinly(self.page, theme)
        self.body.addWidget(self.choice)
        self.body.addWidget(self.page, 1)
        self.body.addLayout(self._runs_row())
        self.body.addLayout(self._work_row())
        self.finish()
        self.resize(round(theme.px(980)), round(theme.px(720)))
        self._shown = 0
        self.show_experiment(0)

    def _work_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.run_button = PrimaryButton("Run", theme=self.theme)
        self.run_button.setDefault(True)
        self.run_button.clicked.connect(self.run)
        self.cancel_button = SecondaryButton("Cancel", theme=self.theme)
        self.cancel_button.clicked.connect(self.evaluation.cancel)
        self.cancel_button.setEnabled(False)
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(round(self.theme.px(8)))
        self.bar.setAccessibleName("Progress of the experiment")
        self.words = self.line("", faint=True)
        for widget in (self.run_button, self.cancel_button):
            row.addWidget(widget)
        row.addWidget(self.bar, 1)
        row.addWidget(self.words)
        return row

    def _runs_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.runs = QComboBox()
        self.runs.setAccessibleName("Single runs of the experiment")
        self.runs.setFont(font("label", self.theme.scale))
        self.open_button = SecondaryButton("Open this run in the window", theme=self.theme)
        self.open_button.clicked.connect(self.open_run)
        row.addWidget(self.line("Single runs", faint=True))
        row.addWidget(self.runs, 1)
        row.addWidget(self.open_button)
        return row

    # ---- what is shown

    @property
    def experiment(self) -> Experiment:
        """The one that is shown."""
        return EXPERIMENTS[self._shown]

    @Slot(int)
    def show_experiment(self, index: int) -> None:
        """Shows an experiment and what was found of it so far."""
        self._shown = index
        experiment = self.experiment
        self.runs.clear()
        for job in experiment.jobs(SEEDS):
            if scenario_of(job) is not None:
                self.runs.addItem(_words_of(job), job)
        self.open_button.setEnabled(self.runs.count() > 0)
        document = self.page.document()
        document.setDefaultFont(font("label", self.theme.scale))
        self.page.setHtml(page_of(experiment, self._folder_of(experiment), self.theme))
        document.setDocumentMargin(self.theme.px(16))

    def _folder_of(self, experiment: Experiment) -> Path:
        return self.folder / experiment.name

    # ---- what is done

    @Slot()
    def run(self) -> None:
        """Runs the experiment that is shown."""
        self._running = self.experiment.name
        self.run_button.setEnabled(False)
        self.cancel_button.setEnabled(True)
        self.bar.setValue(0)
        self.words.setText("starting")
        self.evaluation.start(self._running, self._folder_of(self.experiment), SEEDS)

    @Slot(float, str)
    def _progressed(self, part: float, words: str) -> None:
        self.bar.setValue(round(1000 * part))
        self.words.setText(words)

    @Slot(bool)
    def _ended(self, good: bool) -> None:
        self.run_button.setEnabled(True)
        self.cancel_button.setEnabled(False)
        said = self.evaluation.said.strip().splitlines()
        self.words.setText("done" if good else "not all of it is there")
        self.words.setToolTip(said[-1] if said and not good else "")
        self.show_experiment(self._shown)

    @Slot()
    def open_run(self) -> None:
        """Writes the chosen run as a scenario and asks the window to open it."""
        job = self.runs.currentData()
        if not isinstance(job, Job):
            return
        scenario = scenario_of(job)
        assert scenario is not None, "only such runs are in the list"
        folder = self.folder / "scenarios"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{job.activity}-{job.digest()}.toml"
        path.write_text(dump(scenario), encoding="utf-8")
        self.open_wanted.emit(str(path))
        self.accept()

    def done(self, result: int) -> None:
        """Closing the gallery ends what it began; what is done is kept."""
        self.evaluation.cancel()
        super().done(result)


def page_of(experiment: Experiment, folder: Path, theme: Theme) -> str:
    """The experiment and what was found of it, in the HTML that a text browser knows."""
    parts = [f"<h3>{escape(experiment.title)}</h3><p>{escape(experiment.about)}</p>"]
    rows = _rows_in(folder, experiment.name)
    if rows is None:
        parts.append("<p><i>Not run yet.</i></p>")
    else:
        parts.append(_table(rows, theme))
        for picture in sorted(folder.glob(f"{experiment.name}*.png")):
            parts.append(f'<p><img src="{escape(picture.as_uri())}" width="{PICTURE_WIDTH}"></p>')
    for words in experiment.fitted:
        parts.append(f"<p><b>Fitted:</b> {escape(words)}.</p>")
    return "".join(parts)


def _rows_in(folder: Path, name: str) -> list[dict[str, Any]] | None:
    """The rows that a run left behind; None where there are none that can be read."""
    try:
        found = json.loads((folder / "rows.json").read_text(encoding="utf-8"))[name]["rows"]
        return [row for row in found if isinstance(row, dict)]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _table(rows: list[dict[str, Any]], theme: Theme) -> str:
    """Quantity, the paper's, ours, the unit, the band, and what is to be said of it."""
    faint, bad = theme.text.secondary.name(), theme.phase.block.text.name()
    heads = ("quantity", "left"), ("paper", "right"), ("ours", "right"), ("", "left"), ("band", "left"), ("", "left")
    cells = ["<tr>" + "".join(f"<th align='{side}'>{words}</th>" for words, side in heads) + "</tr>"]
    for row in rows:
        band = row.get("band")
        span = f"{_number(band[0])} to {_number(band[1])}" if band else ""
        verdict = {True: "✓", False: f"<font color={bad!r}>✗ outside</font>", None: ""}[row.get("in_band")]
        fitted = f"<font color='{faint}'> fitted</font>" if row.get("fitted") else ""
        cells.append(
            f"<tr><td>{escape(str(row.get('quantity')))}</td><td align='right'>{_number(row.get('paper'))}</td>"
            f"<td align='right'><b>{_number(row.get('ours'))}</b></td><td>{escape(str(row.get('unit')))}</td>"
            f"<td><font color='{faint}'>{span}</font></td><td>{verdict}{fitted}</td></tr>"
        )
    return f"<table cellpadding='5' cellspacing='0' width='96%'>{''.join(cells)}</table>"


def _number(value: Any) -> str:
    return f"{value:,.4g}" if isinstance(value, int | float) else "–"


def _short(experiment: Experiment) -> str:
    return experiment.title.partition(":")[0]


def _words_of(job: Job) -> str:
    shown = ", ".join(f"{name} {value}" for name, value in job.setting if name not in ("operations", "warm_up"))
    return f"{job.activity} on the {job.machine}: {shown}"
