"""What an evaluation leaves behind: rows in words and as JSON, CSV, pictures, and one page that holds them all.

The page is one file that needs no other and no network. Everything in it that comes from elsewhere is escaped by the
template engine.
"""

from __future__ import annotations

import base64
import csv
import json
from collections.abc import Iterable, Mapping
from importlib import resources
from io import StringIO
from pathlib import Path
from typing import Any

from model.experiments.experiment import Experiment, Results
from model.experiments.job import code_version
from model.experiments.rows import Chart, Row
from model.profiles import profile
from model.session import product_version

COLUMNS = ("experiment", "quantity", "paper", "ours", "unit", "low", "high", "in_band", "fitted", "remark")
FORMULA_MARKS = ("=", "+", "-", "@")


class Report:
    """Experiments with their results, in the order in which they are told."""

    def __init__(self, experiments: Iterable[tuple[Experiment, Results]], seeds: int) -> None:
        self._experiments = tuple(experiments)
        self._seeds = seeds
        self._rows = {experiment.name: experiment.rows(results) for experiment, results in self._experiments}

    def as_json(self) -> str:
        """One JSON object: each experiment by name, with its rows."""
        object_ = {name: {"rows": [row.as_json() for row in rows]} for name, rows in self._rows.items()}
        return json.dumps(object_, indent=2, ensure_ascii=False, allow_nan=False)

    def in_words(self) -> str:
        """The rows as aligned lines for a terminal."""
        lines = []
        for experiment, _ in self._experiments:
            lines += ["", experiment.title]
            rows = self._rows[experiment.name]
            width = max(len(row.quantity) for row in rows)
            lines.append(f"  {'':<{width}} {'paper':>9} {'ours':>9}")
            lines += [self._line(row, width) for row in rows]
        return "\n".join(lines[1:])

    def _line(self, row: Row, width: int) -> str:
        marks = [] if row.band is None else [f"{_number(row.band[0])} to {_number(row.band[1])}"]
        if row.in_band is not None:
            marks.append("within" if row.in_band else "OUTSIDE")
        if row.fitted:
            marks.append("fitted")
        if row.ours is None:
            marks.append(row.remark)
        said = ", ".join(marks)
        numbers = f"{_number(row.paper):>9} {_number(row.ours):>9}"
        return f"  {row.quantity:<{width}} {numbers} {row.unit:<14} {said}".rstrip()

    def as_csv(self) -> str:
        """The rows of all experiments, one table."""
        text = StringIO()
        table = csv.writer(text, lineterminator="\n")
        table.writerow(COLUMNS)
        for name, rows in self._rows.items():
            for row in rows:
                low, high = row.band or ("", "")
                said = row.as_json()
                table.writerow(
                    [name, *(_cell(said[key]) for key in ("quantity", "paper", "ours", "unit")), low, high]
                    + [_cell(said[key]) for key in ("in_band", "fitted", "remark")]
                )
        return text.getvalue()

    def write(self, folder: Path) -> None:
        """Writes everything into a folder. Needs no screen; OSError where it cannot be written."""
        from app.pictures import prepare
        from app.reproduce_plots import Picture

        prepare()
        folder.mkdir(parents=True, exist_ok=True)
        drawn: dict[str, list[tuple[Chart, bytes]]] = {}
        for experiment, results in self._experiments:
            for chart in experiment.charts(results):
                picture = Picture(chart)
                svg = picture.svg()
                (folder / f"{chart.name}.svg").write_bytes(svg)
                (folder / f"{chart.name}.png").write_bytes(picture.png())
                picture.close()
                drawn.setdefault(experiment.name, []).append((chart, svg))
        (folder / "rows.csv").write_text(self.as_csv(), encoding="utf-8")
        (folder / "rows.json").write_text(self.as_json() + "\n", encoding="utf-8")
        (folder / "index.html").write_text(self._page(drawn), encoding="utf-8")

    def _page(self, drawn: Mapping[str, list[tuple[Chart, bytes]]]) -> str:
        from jinja2 import Environment, StrictUndefined

        text = (resources.files("resources.pages") / "results.html").read_text(encoding="utf-8")
        environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
        environment.filters["number"] = _number
        sections = [
            {
                "name": experiment.name,
                "title": experiment.title,
                "about": experiment.about,
                "fitted": experiment.fitted,
                "rows": self._rows[experiment.name],
                "pictures": [
                    {"title": chart.title, "source": "data:image/svg+xml;base64," + base64.b64encode(svg).decode()}
                    for chart, svg in drawn.get(experiment.name, [])
                ],
                "missing": results.missing(),
            }
            for experiment, results in self._experiments
        ]
        machines = sorted({experiment.machine for experiment, _ in self._experiments}, reverse=True)
        return environment.from_string(text).render(
            sections=sections,
            machines=[_machine_table(machine) for machine in machines],
            version=product_version(),
            code=code_version(),
            seeds=self._seeds,
        )


def _machine_table(machine: str) -> dict[str, Any]:
    found = profile(machine)
    costs = []
    for name, constant in found.constants.items():
        bracket = f", {constant.bracket[0]:,} to {constant.bracket[1]:,} make sense" if constant.bracket else ""
        source = f"{constant.source}: {constant.why}{bracket}"
        costs.append({"name": name, "value": constant.value, "unit": constant.unit, "source": source})
    return {"title": f"{found.title} ({found.name})", "costs": costs}


def _number(value: float | None) -> str:
    """At most four digits that say something; a dash where there is no number."""
    if value is None:
        return "–"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.2f}".rstrip("0").rstrip(".") if abs(value) < 100 else f"{value:.1f}".rstrip("0").rstrip(".")


def _cell(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_MARKS) else value
