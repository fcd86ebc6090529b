"""Table 1: what interposition costs (§6.2).

An empty wrapper is attached to a component, the component is called through it, and the wrapper is detached, many times
on one processor of the 270. Attach and detach follow from a ledger: so many allocations, so many method slots, so many
cache lines; the call's price is two method calls, saving and restoring registers, and one allocation, which a wrapper
that skips POSTCALL does not make.

The processor pays for each by the profile's cycles and the memory's states; nothing here knows the table's numbers.
"""

from __future__ import annotations

from model.experiments.experiment import Experiment, Measured, Missing, Results, measured
from model.experiments.interposition import INTERPOSITION
from model.experiments.job import Job
from model.experiments.rows import Chart, Row, Series

MACHINE = "270"
TIMES = 100_000
PAPER = {"attach": (17.84, 0.16), "call": (1.40, 0.02), "detach": (4.23, 0.49)}
"""Mean and standard deviation in microseconds."""


def interposition_job(seed: int) -> Job:
    return INTERPOSITION.job(MACHINE, seed, times=TIMES)


def jobs(seeds: int) -> tuple[Job, ...]:
    return tuple(interposition_job(seed) for seed in range(seeds))


def mean_us(results: Results, operation: str) -> Measured:
    """The mean time of an operation in microseconds."""
    return results.number(lambda one: one[f"{operation}_ns"] / 1000, interposition_job)


def rows(results: Results) -> tuple[Row, ...]:
    found = []
    for operation, (paper, _) in PAPER.items():
        words = {
            "attach": f"attach an empty wrapper, {TIMES:,} times",
            "call": "what interposition adds to a call",
            "detach": "detach it, the freeing included",
        }
        found.append(
            measured(
                words[operation], paper, "us", lambda operation=operation: mean_us(results, operation),  # type: ignore[misc]
                band=(round(0.9 * paper, 3), round(1.1 * paper, 3)), fitted=operation == "call",
                remark="its one allocation is fitted" if operation == "call" else "from the ledger",
            )
        )  # fmt: skip
    found.append(
        measured(
            "what it adds when POSTCALL is skipped", None, "us", lambda: mean_us(results, "call_without_postcall"),
            remark="no state is kept across the call, so that nothing is allocated",
        )
    )  # fmt: skip
    found.append(
        measured(
            "the allocation's share of the call", None, "%",
            lambda: results.number(
                lambda one: 100 * (1 - one["call_without_postcall_ns"] / one["call_ns"]), interposition_job
            ),
            remark="the paper calls the allocation expensive and gives no number",
        )
    )  # fmt: skip
    return tuple(found)


def charts(results: Results) -> tuple[Chart, ...]:
    names = {float(place): operation for place, operation in enumerate(PAPER)}
    try:
        ours = tuple(mean_us(results, operation).mean for operation in PAPER)
    except Missing:
        return ()
    paper = tuple(mean for mean, _ in PAPER.values())
    series = (Series("the paper", tuple(names), paper, of_paper=True), Series("ours", tuple(names), ours))
    return (Chart("table1", "Interposition on the 270", "", "µs", series, bars=True, x_names=names),)


TABLE1 = Experiment(
    name="table1",
    title="Table 1: the overhead of interposition",
    machine=MACHINE,
    about=" ".join((__doc__ or "").split("\n\n")[1].split()),
    jobs=jobs,
    rows=rows,
    charts=charts,
    fitted=("the allocation in a call: to 1.40 us",),
)
