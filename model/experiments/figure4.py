"""Figure 4: how long a null swap takes while the component is contended (§6.2).

A 4-way SDET on the 270. Where the detector finds a file cache manager contended it is swapped with another of its own
kind; in a second run the swaps come at times of which the load knows nothing, most of them to files that one
processor uses. A swap waits for the threads of those processors that have used the file. The clock of a swap starts
when its mediator is built and stops when the new component serves: in the paper a random swap takes less than
attaching an interposer, so that its clock cannot have held the building of one.

The detector's rule decides how many swaps there are, so that their number says nothing. How long the kernel's threads
live, and on how many processors a file is used, decides how long the swaps are; both were fitted.
"""

from __future__ import annotations

from statistics import fmean, pstdev

from model.experiments.experiment import Experiment, Measured, Missing, Results, measured
from model.experiments.job import Job, Result
from model.experiments.null_swaps import NULL_SWAPS
from model.experiments.rows import Chart, Row, Series

MACHINE = "270"
WAYS = 4
BIN_US = 20
BINS = 8


def swaps_job(at: str, seed: int) -> Job:
    """An SDET with null swaps `at` contended or random times, or `none`."""
    return NULL_SWAPS.job(MACHINE, seed, ways=WAYS, swaps=at)


def jobs(seeds: int) -> tuple[Job, ...]:
    return tuple(swaps_job(at, seed) for seed in range(seeds) for at in ("contended", "random", "none"))


def times_us(result: Result) -> list[float]:
    """How long each completed swap took."""
    return [ns / 1000 for ns in result["swap_ns"]]


def histogram(times: list[float]) -> list[int]:
    """Swaps a bin of 20 us; what is longer is in the last."""
    counts = [0] * BINS
    for time_us in times:
        counts[min(int(time_us // BIN_US), BINS - 1)] += 1
    return counts


def rows(results: Results) -> tuple[Row, ...]:
    def contended(*of_times: object) -> Measured:
        (measure,) = of_times
        return results.number(lambda one: measure(times_us(one)), lambda seed: swaps_job("contended", seed))  # type: ignore[operator]

    def tallest(times: list[float]) -> float:
        counts = histogram(times)
        return (counts.index(max(counts)) + 1) * BIN_US

    found = [
        measured("contended null swaps", 424, "swaps", lambda: contended(len), remark=_rule(results)),
        measured("contended, mean", 27.6, "us", lambda: contended(fmean), band=(20.7, 34.5), fitted=True),
        measured("contended, deviation", 19.8, "us", lambda: contended(pstdev), band=(11.9, 27.7), fitted=True),
        measured("contended, shortest", 1.06, "us", lambda: contended(min), remark=_OF_THE_MINIMUM),
        measured("contended, longest", 132.6, "us", lambda: contended(max)),
        measured(
            "upper end of the tallest bin", 20, "us", lambda: contended(tallest), band=(20, 20),
            remark="a whole swap has a floor of about 12 us here: its threads, and the slots of five entries",
        ),
        measured(
            "random, mean", 10.8, "us",
            lambda: results.number(lambda one: fmean(times_us(one)), lambda seed: swaps_job("random", seed)),
            fitted=True, remark=_OF_RANDOM,
        ),
        measured(
            "contended over random, means", 2.56, "times",
            lambda: results.number(
                lambda one, other: fmean(times_us(one)) / fmean(times_us(other)),
                lambda seed: swaps_job("contended", seed),
                lambda seed: swaps_job("random", seed),
            ),
            band=(2.0, 3.2), fitted=True,
        ),
        measured(
            "effect of the contended swaps on throughput", 0, "%",
            lambda: results.number(
                lambda swaps, none: 100 * (swaps["scripts_per_hour"] / none["scripts_per_hour"] - 1),
                lambda seed: swaps_job("contended", seed),
                lambda seed: swaps_job("none", seed),
            ),
            band=(-1.0, 1.0), remark="the paper: negligible",
        ),
        measured(
            "calls held at the door, a swap", None, "calls",
            lambda: results.number(
                lambda one: one["blocked"] / max(1, len(one["swap_ns"])), lambda seed: swaps_job("contended", seed)
            ),
        ),
    ]  # fmt: skip
    return tuple(found)


_OF_RANDOM = (
    "of a hundred, 86 are of files that one script alone uses, which was fitted over six seeds (9.1 to 11.2 us); "
    "the others are of shared texts"
)

_OF_THE_MINIMUM = (
    "a swap that waits for the generations of four processors has a floor; 1.06 us is less than the messages to them. "
    "Likely readings of the paper's: a request refused because a swap is under way, or a clock that stops at the return"
)


def _rule(results: Results) -> str:
    job = swaps_job("contended", 0)
    return f"not a result: the detector swaps a component at most once in {job['gap_us'] / 1000:g} ms"


def charts(results: Results) -> tuple[Chart, ...]:
    try:
        found = results.over_seeds(lambda seed: swaps_job("contended", seed))
    except Missing:
        return ()
    times = [time_us for (one,) in found for time_us in times_us(one)]
    share = [100 * count / len(times) for count in histogram(times)]
    names = {float(place): f"<{(place + 1) * BIN_US}" for place in range(BINS)}
    # The figure's bars have no numbers; the text has the mean. A bin's place is its middle.
    marks = (("the paper's mean, 27.6 µs", 27.6 / BIN_US - 0.5, True), ("our mean", fmean(times) / BIN_US - 0.5, False))
    series = (Series("ours", tuple(names), tuple(share)),)
    return (
        Chart("figure4", "Contended null swaps", "µs", "% of the swaps", series, bars=True, x_names=names, marks=marks),
    )


FIGURE4 = Experiment(
    name="figure4",
    title="Figure 4: null swaps of contended components",
    machine=MACHINE,
    about=" ".join((__doc__ or "").split("\n\n")[1].split()),
    jobs=jobs,
    rows=rows,
    charts=charts,
    fitted=(
        "how long the kernel's long threads (exec, fork, exit) live: to the mean and spread of contended swaps",
        "on how many processors a file is used that is swapped at random: to the mean of such swaps",
    ),
)
