"""Figure 7: one SDET script against readers that stream through files larger than memory (§6.3).

The 270 with its 512 MB, full of the streams' own pages at the start. Streams map files over NFS and go through them,
one page after the other, and never come back. With the default file cache manager their pages stay until the pager
finds them, and on its way it finds those of the script's many small files, which nobody has mapped just then and which
go first; adaptively, a sequential watch swaps the stream's component for one that throws a page away after its use.

The paper gives a picture and words, and no number: the same without streams, a default that collapses at once, and an
adaptive version that keeps the same throughput with more streams. How many small files a script has is invented, and
was chosen when fewer of them let the default fall too little to see; that adaptive keeps what is lost was not.
"""

from __future__ import annotations

from model.experiments.experiment import Experiment, Measured, Missing, Results, measured
from model.experiments.job import Job
from model.experiments.rows import Chart, Row, Series
from model.experiments.streams import STREAMS

MACHINE = "270"
STREAM_COUNTS = (0, 1, 2, 4, 8)
PAGERS = ("default", "adaptive")


def streams_job(pager: str, streams: int, seed: int) -> Job:
    return STREAMS.job(MACHINE, seed, pager=pager, streams=streams)


def jobs(seeds: int) -> tuple[Job, ...]:
    return tuple(
        streams_job(pager, streams, seed) for seed in range(seeds) for streams in STREAM_COUNTS for pager in PAGERS
    )


def throughput(results: Results, pager: str, streams: int) -> Measured:
    return results.number(lambda one: one["scripts_per_hour"], lambda seed: streams_job(pager, streams, seed))


def advantage(results: Results, streams: int) -> Measured:
    """Of the adaptive version over the default, in per cent."""
    return results.number(
        lambda adaptive, default: 100 * (adaptive["scripts_per_hour"] / default["scripts_per_hour"] - 1),
        lambda seed: streams_job("adaptive", streams, seed),
        lambda seed: streams_job("default", streams, seed),
    )


def streams_kept(results: Results) -> Measured:
    """How many times as many streams the adaptive version bears at the throughput that the default has with one.

    A count between two that were run is interpolated; where the last that was run is still borne, it is that.
    """
    level = throughput(results, "default", 1).mean
    before = (0, throughput(results, "adaptive", 0).mean)
    for streams in STREAM_COUNTS[1:]:
        here = throughput(results, "adaptive", streams).mean
        if here < level:
            share = (before[1] - level) / (before[1] - here) if before[1] > here else 0.0
            value = before[0] + share * (streams - before[0])
            return Measured(value, value, value)
        before = (streams, here)
    value = float(before[0])
    return Measured(value, value, value)


def rows(results: Results) -> tuple[Row, ...]:
    found = [
        measured(
            "no streams, adaptive against default", 0, "%", lambda: advantage(results, 0), band=(-2.0, 2.0)
        ),
        *(
            measured(
                f"{streams} streams, adaptive against default", None, "%",
                lambda streams=streams: advantage(results, streams),  # type: ignore[misc]
                band=(0.0, 100_000.0), remark="the paper: at least as good",
            )
            for streams in STREAM_COUNTS[1:]
        ),
        measured(
            "streams that the adaptive version bears where the default bears one", None, "streams",
            lambda: streams_kept(results), band=(2.0, 1000.0), fitted=True,
            remark="the paper: more at the same performance; how far the default falls follows from invented files",
        ),
    ]  # fmt: skip
    for pager in PAGERS:
        for streams in (1, 4):
            found += _about(results, pager, streams)
    return tuple(found)


def _about(results: Results, pager: str, streams: int) -> list[Row]:
    """What the mechanism does: throughput left, pages that SDET finds in memory, and memory that streams hold."""

    def of(key: str) -> Measured:
        return results.number(lambda one: one[key], lambda seed: streams_job(pager, streams, seed))

    def left() -> Measured:
        return results.number(
            lambda one, alone: 100 * one["scripts_per_hour"] / alone["scripts_per_hour"],
            lambda seed: streams_job(pager, streams, seed),
            lambda seed: streams_job(pager, 0, seed),
        )

    named = f"{streams} stream{'s' if streams > 1 else ''}, {pager}"
    return [
        measured(f"{named}: throughput left", None, "%", left),
        measured(f"{named}: SDET's page faults that find their page", None, "%", lambda: of("hit_percent")),
        measured(f"{named}: memory that streams hold", None, "%", lambda: of("stream_memory_percent")),
    ]


def charts(results: Results) -> tuple[Chart, ...]:
    lines = []
    for pager in PAGERS:
        points = {}
        for streams in STREAM_COUNTS:
            try:
                points[float(streams)] = throughput(results, pager, streams)
            except Missing:
                continue
        spread = tuple((point.low, point.high) for point in points.values())
        lines.append(Series(pager, tuple(points), tuple(point.mean for point in points.values()), spread=spread))
    title = "One SDET script against streams"
    return (Chart("figure7", title, "streams over NFS", "scripts an hour", tuple(lines)),)


FIGURE7 = Experiment(
    name="figure7",
    title="Figure 7: adaptive page replacement",
    machine=MACHINE,
    about=" ".join((__doc__ or "").split("\n\n")[1].split()),
    jobs=jobs,
    rows=rows,
    charts=charts,
    fitted=("how many small files a script has, and that memory starts full: to a default that falls",),
)
