"""Figure 5: one file cache manager for all processors against one with a representative on each (§6.3).

Postmark makes and deletes many files and pays for the representatives; SDET shares some files among all processors and
pays for the one lock and its cache lines. The adaptive version starts with the single one and swaps where a contention
watch sees several threads in one.

Postmark's size and both ends of SDET's curve were fitted, by path lengths and lines that both components are priced by;
what lies between the ends was not.
"""

from __future__ import annotations

from itertools import pairwise

from model.experiments.experiment import Experiment, Measured, Missing, Results, measured
from model.experiments.job import Job, Result
from model.experiments.postmark import POSTMARK
from model.experiments.rows import Chart, Row, Series
from model.experiments.sdet import SDET

MACHINE = "s85"
WAYS = (1, 2, 4, 8, 12, 16, 20, 24)
FCMS = ("single", "replicated", "adaptive")
PAPER_WAYS = {4: 8.0, 24: 101.0}
BANDS = {4: (4.0, 13.0), 24: (80.0, 125.0)}


def sdet_job(ways: int, fcm: str, seed: int) -> Job:
    """An SDET on as many processors as it has scripts."""
    return SDET.job(MACHINE, seed, ways=ways, fcm=fcm)


def postmark_job(fcm: str, seed: int) -> Job:
    """The second setting of §6.3."""
    return POSTMARK.job(
        MACHINE, seed, fcm=fcm, sessions="shared", files=10_000, transactions=50_000, low=512, high=16_384
    )


def jobs(seeds: int) -> tuple[Job, ...]:
    sdets = [sdet_job(ways, fcm, seed) for seed in range(seeds) for ways in WAYS for fcm in FCMS]
    return (*sdets, *(postmark_job(fcm, seed) for seed in range(seeds) for fcm in FCMS))


def gain_percent(new: Result, old: Result, key: str = "scripts_per_hour") -> float:
    """How much faster the one is than the other."""
    return 100 * (float(new[key]) / float(old[key]) - 1)


def sdet_gain(results: Results, ways: int, fcm: str = "replicated") -> Measured:
    """Of an SDET over that with the single component."""
    return results.number(
        gain_percent, lambda seed: sdet_job(ways, fcm, seed), lambda seed: sdet_job(ways, "single", seed)
    )


def postmark_gain(results: Results, fcm: str = "replicated") -> Measured:
    """Of a Postmark over that with the single component."""
    return results.number(
        lambda new, old: gain_percent(new, old, "transactions_per_second"),
        lambda seed: postmark_job(fcm, seed),
        lambda seed: postmark_job("single", seed),
    )


def rows(results: Results) -> tuple[Row, ...]:
    found = [
        measured(
            "Postmark, replicated against single", -7.0, "%", lambda: postmark_gain(results),
            band=(-10.0, -4.0), fitted=True,
        )
    ]  # fmt: skip
    for ways in WAYS[1:]:
        found.append(
            measured(
                f"SDET {ways}-way, replicated against single", PAPER_WAYS.get(ways), "%",
                lambda ways=ways: sdet_gain(results, ways),  # type: ignore[misc]
                band=BANDS.get(ways), fitted=ways in PAPER_WAYS,
                remark="" if ways in PAPER_WAYS else "between the fitted ends; the paper gives no number",
            )
        )  # fmt: skip
    rising = "of the steps 4, 8, 12, 16, 20, 24, how many rise"
    found.append(measured(rising, None, "of 5", lambda: rising_steps(results), band=(5.0, 5.0)))
    found += [adaptive_row(results, ways) for ways in WAYS]
    found.append(
        measured(
            "Postmark, adaptive against the better one", None, "%", lambda: adaptive_postmark(results),
            band=(-3.0, 100.0), remark="the paper: the best of both",
        )
    )  # fmt: skip
    found.append(scale_row(results))
    return tuple(found)


def rising_steps(results: Results) -> Measured:
    """At how many of the five steps from 4 to 24 ways the gain rises."""
    gains = [sdet_gain(results, ways).mean for ways in (4, 8, 12, 16, 20, 24)]
    count = sum(after > before for before, after in pairwise(gains))
    return Measured(count, count, count)


def adaptive_row(results: Results, ways: int) -> Row:
    """The adaptive version against whichever of the two is better there."""

    def against_the_better() -> Measured:
        return results.number(
            lambda adaptive, single, replicated: min(
                gain_percent(adaptive, single), gain_percent(adaptive, replicated)
            ),
            lambda seed: sdet_job(ways, "adaptive", seed),
            lambda seed: sdet_job(ways, "single", seed),
            lambda seed: sdet_job(ways, "replicated", seed),
        )

    return measured(
        f"SDET {ways}-way, adaptive against the better one", None, "%", against_the_better, band=(-3.0, 100.0),
        remark="the paper: the best of both",
    )  # fmt: skip


def adaptive_postmark(results: Results) -> Measured:
    return results.number(
        lambda adaptive, single, replicated: min(
            gain_percent(adaptive, single, "transactions_per_second"),
            gain_percent(adaptive, replicated, "transactions_per_second"),
        ),
        *(lambda seed, fcm=fcm: postmark_job(fcm, seed) for fcm in ("adaptive", "single", "replicated")),
    )


def scale_row(results: Results) -> Row:
    """How long one script takes alone: known from elsewhere, and what the sampled operations are scaled by."""
    return measured(
        "one SDET script alone on the S85", 2.08, "s",
        lambda: results.number(lambda one: 3600 / one["scripts_per_hour"], lambda seed: sdet_job(1, "single", seed)),
        fitted=True, remark="given: the number of operations in a script follows from it",
    )  # fmt: skip


def charts(results: Results) -> tuple[Chart, ...]:
    return tuple(
        chart for chart in (_gain_chart(results), _throughput_chart(results), _postmark_chart(results)) if chart
    )


def _gain_chart(results: Results) -> Chart:
    paper = Series("the paper", tuple(map(float, PAPER_WAYS)), tuple(PAPER_WAYS.values()), of_paper=True)
    ours = [_line(f"{fcm} over single", results, fcm) for fcm in ("replicated", "adaptive")]
    return Chart(
        "figure5-sdet-gain", "SDET: faster than with the single FCM", "processors and scripts", "%",
        (paper, *(line for line in ours if line.x)),
    )  # fmt: skip


def _line(name: str, results: Results, fcm: str) -> Series:
    points = {}
    for ways in WAYS:
        try:
            points[float(ways)] = sdet_gain(results, ways, fcm)
        except Missing:
            continue
    return Series(
        name, tuple(points), tuple(point.mean for point in points.values()),
        spread=tuple((point.low, point.high) for point in points.values()),
    )  # fmt: skip


def _throughput_chart(results: Results) -> Chart:
    lines = []
    for fcm in FCMS:
        points = {}
        for ways in WAYS:
            try:
                points[float(ways)] = results.number(
                    lambda one: one["scripts_per_hour"],
                    lambda seed, ways=ways, fcm=fcm: sdet_job(ways, fcm, seed),  # type: ignore[misc]
                )
            except Missing:
                continue
        lines.append(Series(fcm, tuple(points), tuple(point.mean for point in points.values())))
    return Chart(
        "figure5-sdet", "SDET: throughput on the S85", "processors and scripts", "scripts an hour", tuple(lines)
    )


def _postmark_chart(results: Results) -> Chart | None:
    try:
        ours = {fcm: 100 + (postmark_gain(results, fcm).mean if fcm != "single" else 0) for fcm in FCMS}
    except Missing:
        return None
    names = {float(place): fcm for place, fcm in enumerate(FCMS)}
    return Chart(
        "figure5-postmark", "Postmark on the S85, the single FCM = 100", "", "transactions, %",
        (
            Series("the paper", (0.0, 1.0), (100.0, 93.0), of_paper=True),
            Series("ours", tuple(names), tuple(ours.values())),
        ),
        bars=True, x_names=names,
    )  # fmt: skip


FIGURE5 = Experiment(
    name="figure5",
    title="Figure 5: single against replicated file cache managers",
    machine=MACHINE,
    about=" ".join((__doc__ or "").split("\n\n")[1].split()),
    jobs=jobs,
    rows=rows,
    charts=charts,
    fitted=(
        "the private stretch of an SDET and the lines written under the single component's lock: to +8 % at 4 ways and "
        "+101 % at 24",
        "the cycles of making and destroying a representative: to Postmark's -7 %",
    ),
)
