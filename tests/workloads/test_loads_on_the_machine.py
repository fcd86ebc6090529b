"""PostMark 1.5, SDET and streams at work: what they leave behind, what they count, and what memory they use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from model.components.fcm_replicated import ReplicatedFileCache
from model.components.fcm_sequential import SequentialFileCache
from model.components.fcm_single import SingleFileCache
from model.components.file_server_ram import RamFileServer
from model.components.file_session_cached import CachedFileSession
from model.components.file_session_exclusive import ExclusiveFileSession
from model.components.file_session_shared import SharedFileSession
from model.components.pager_lru import LruPager
from model.components.process_table_default import DefaultProcessTable
from model.components.reclaim_proportional import ProportionalReclaim
from model.components.region_default import DefaultRegion
from model.costs import Shape
from model.engine.component import Component
from model.engine.system import System
from model.machine.machine import Machine
from model.trace.events import Kind
from model.trace.trace import Trace
from model.workloads.postmark_files import PostmarkFiles
from model.workloads.sdet import COMMANDS, Sdet
from model.workloads.streaming import Streaming

SESSIONS: list[type[Component]] = [SharedFileSession, ExclusiveFileSession, CachedFileSession]
CACHES: list[type[Component]] = [SingleFileCache, ReplicatedFileCache]
LONG_NS = 10_000_000_000


class Bench:
    """A machine with a system on it, and one client."""

    def __init__(self, **settings: Any) -> None:
        self.machine = Machine(Trace(), **settings)
        self.system = System(self.machine, self.machine.generations)
        self.client = self.system.add_client("user", 31).identity

    def add(self, name: str, made: type[Component], **settings: int | str | bool) -> Any:
        uses = {key: self.system.objects[key] for key in made.uses if key != "own"}
        return self.system.add_object(name, made, uses=uses, settings=settings)

    def load(self, made: Any, uses: dict[str, str], **settings: Any) -> Any:
        references = {key: self.system.reference(self.client, self.system.objects[name]) for key, name in uses.items()}
        load = made(self.machine, self.client, references, settings, "load")
        load.start()
        return load

    def count(self, kind: Kind) -> int:
        trace = self.machine.trace
        return int((trace.rows(trace.tail, trace.head)["kind"] == kind).sum())


@pytest.fixture
def make_bench() -> Iterator[Callable[..., Bench]]:
    made: list[Bench] = []

    def make(**settings: Any) -> Bench:
        made.append(Bench(**settings))
        return made[-1]

    yield make
    for bench in made:
        bench.machine.close()


# ---- PostMark


def postmark(bench: Bench, session: type[Component], fcm: str = "fcm_single", **settings: Any) -> PostmarkFiles:
    bench.add("server", RamFileServer, fcm=fcm)
    sessions = [f"session {number}" for number in range(settings.get("loops", 1))]
    for name in sessions:
        bench.add(name, session)
    uses = {"server": "server", **{name: name for name in sessions}}
    load: PostmarkFiles = bench.load(PostmarkFiles, uses, **{"files": 12, "transactions": 60, **settings})
    return load


@pytest.mark.parametrize("fcm", ["fcm_single", "fcm_replicated"])
@pytest.mark.parametrize("session", SESSIONS, ids=lambda made: made.name)
def test_postmark_reads_what_it_wrote_and_leaves_nothing(
    make_bench: Callable[..., Bench], session: type[Component], fcm: str
) -> None:
    bench = make_bench()
    load = postmark(bench, session, fcm, loops=2)
    server: Any = bench.system.objects["server"].instance
    bytes_before = bench.machine.allocated.total
    bench.machine.run(LONG_NS)
    assert (load.mismatches, load.failed, load.transactions_done) == (0, 0, 60)
    assert (server.files, bench.machine.frames.free) == ({}, bench.machine.frames.total)
    assert bench.machine.allocated.total == bytes_before
    assert 0 < load.small_ns < load.transaction_ns


def test_postmark_is_not_disturbed_by_swaps_of_its_session(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(policy="random", seed=3, quantum_ns=20_000)
    load = postmark(bench, SharedFileSession, files=8, transactions=80)
    session = bench.system.objects["session 0"]
    for number in range(12):
        bench.machine.run(number * 700_000)
        bench.system.reconfiguration.swap(session, SESSIONS[number % 3], queue=True)
    bench.machine.run(LONG_NS)
    assert (load.mismatches, load.failed) == (0, 0)
    assert bench.count(Kind.SWAP_COMPLETED) == 12


def test_postmark_counts_the_transactions_of_a_run_that_is_cut_short(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench()
    load = postmark(bench, SharedFileSession, transactions=1_000_000)
    bench.machine.run(10_000_000)
    done, took_ns = load.transactions_done, load.transaction_ns
    bench.machine.run(20_000_000)
    assert 0 < done < load.transactions_done
    assert took_ns < load.transaction_ns <= 20_000_000


def test_postmark_without_a_session_for_each_loop_is_refused(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench()
    bench.add("server", RamFileServer)
    with pytest.raises(ValueError, match="a session for each loop"):
        bench.load(PostmarkFiles, {"server": "server"})


# ---- SDET


def sdet(bench: Bench, fcm: type[Component] = SingleFileCache, texts: int = 3, **settings: Any) -> Sdet:
    bench.add("pager", LruPager)
    bench.add("processes", DefaultProcessTable)
    bench.add("server", RamFileServer)
    uses = {"processes": "processes", "server": "server"}
    for number in range(1, texts + 1):
        pager = {"pager": bench.system.objects["pager"]}
        of_cache: dict[str, int | str | bool] = {"file": number, "frames": 99}
        cache = bench.system.add_object(f"cache {number}", fcm, uses=pager, settings=of_cache)
        bench.system.add_object(f"text {number}", DefaultRegion, uses={"cache": cache})
        uses[f"text {number}"] = f"text {number}"
    load: Sdet = bench.load(Sdet, uses, **{"loops": bench.machine.processors, **settings})
    return load


@pytest.mark.slow
@pytest.mark.parametrize("fcm", CACHES, ids=lambda made: made.name)
def test_sdet_ends_every_process_and_detaches_every_region(
    make_bench: Callable[..., Bench], fcm: type[Component]
) -> None:
    """Buys the books of a whole script of each loop: steps, processes, regions, files."""
    bench = make_bench(processors=2)
    load = sdet(bench, fcm, scripts=1, rounds=1, stretch_cycles=500)
    bench.machine.run(LONG_NS)
    objects = {name: record.instance for name, record in bench.system.objects.items()}
    assert (load.failed, load.scripts, load.commands) == (0, [1, 1], [100, 100])
    assert objects["processes"].living() == 0
    assert [objects[f"text {number}"].attached() for number in (1, 2, 3)] == [0, 0, 0]
    assert [objects[f"cache {number}"].state.regions for number in (1, 2, 3)] == [{}, {}, {}]
    assert load.steps[0] == pytest.approx(load.steps_in_script, rel=0.02)


@pytest.mark.slow
def test_sdet_faults_half_of_the_time_in_the_hottest_text(make_bench: Callable[..., Bench]) -> None:
    """Buys the weight of the hottest file, which is what a replicated cache manager is for."""
    bench = make_bench(processors=2)
    load = sdet(bench, calls=False, files=False, stretch_cycles=1_000)
    bench.machine.run(20_000_000)
    used = [bench.system.objects[f"cache {number}"].instance.state for number in (1, 2, 3)]
    faults = [state.hits + state.misses for state in used]
    assert sum(load.steps) > 1_000
    assert faults[0] / sum(faults) == pytest.approx(0.48, abs=0.05)


def test_sdet_has_long_threads(make_bench: Callable[..., Bench]) -> None:
    """Fork, exec and exit last tens of microseconds, a fault a few: the lifetimes of threads in generations."""
    bench = make_bench(processors=1)
    sdet(bench, stretch_cycles=2_000)
    bench.machine.run(20_000_000)
    rows = bench.machine.trace.rows(0, bench.machine.trace.head)
    begun = rows[(rows["kind"] == Kind.THREAD_STARTED) & (rows["a"] >= 0)]
    started = {int(row["thread"]): int(row["at_ns"]) for row in begun}
    ended = {int(row["thread"]): int(row["at_ns"]) for row in rows[rows["kind"] == Kind.THREAD_ENDED]}
    lives = sorted(ended[thread] - at_ns for thread, at_ns in started.items() if thread in ended)
    assert lives[len(lives) // 2] < 10_000
    assert sum(10_000 < life < 100_000 for life in lives) > len(lives) / 100


def test_mix_of_commands_is_a_hundred() -> None:
    assert sum(program.times for program in COMMANDS) == 100
    assert len({program.name for program in COMMANDS}) == len(COMMANDS)


@pytest.mark.parametrize(
    ("uses", "settings", "why"),
    [
        ({"text 1": "text 1"}, {}, "a process table"),
        ({"text 1": "text 1", "processes": "processes"}, {}, "a file server"),
        (
            {"text 1": "text 1", "processes": "processes"},
            {"files": False, "first_share": 90, "second_share": 20},
            "of a hundred together",
        ),
    ],
)
def test_sdet_that_cannot_be_is_refused(
    make_bench: Callable[..., Bench], uses: dict[str, str], settings: dict[str, Any], why: str
) -> None:
    bench = make_bench()
    sdet(bench)
    with pytest.raises(ValueError, match=why):
        bench.load(Sdet, uses, **settings)


# ---- streams, and page frames that are short

FRAMES = Shape(frames=96, frames_low=16, frames_enough=32)


def streams(bench: Bench, made: type[Component], **settings: int) -> tuple[Streaming, Any]:
    """A file that somebody keeps using, and a stream; both of the same page frames."""
    bench.add("pager", LruPager, service_ns=3_000)
    pager = {"pager": bench.system.objects["pager"]}
    kept = bench.system.add_object("kept", SingleFileCache, uses=pager, settings={"file": 1, "frames": 9_999})
    stream = bench.system.add_object("stream", made, uses=pager, settings={"file": 2, "frames": 9_999, **settings})
    reclaim = bench.system.declare("reclaim", ProportionalReclaim)
    for number, cache in enumerate((kept, stream)):
        bench.system.connect(reclaim, f"cache {number}", cache)
    bench.system.serve(reclaim, ProportionalReclaim)
    load: Streaming = bench.load(Streaming, {"cache": "stream"}, pages=10_000, maps=True)
    return load, kept


@pytest.mark.parametrize("made", [SingleFileCache, ReplicatedFileCache], ids=lambda made: made.name)
def test_stream_fills_the_memory_and_the_reclaim_has_it_give_back(
    make_bench: Callable[..., Bench], made: type[Component]
) -> None:
    bench = make_bench(shape=FRAMES, processors=2)
    load, _ = streams(bench, made)
    reclaim: Any = bench.system.objects["reclaim"].instance
    instance: Any = bench.system.objects["stream"].instance
    for until_ns in range(18_000_000, 20_000_000, 100_001):
        bench.machine.run(until_ns)
        held = bench.machine.frames.held_by(instance.state.account)
        # Two may be on their way: taken for a page that is being fetched, given back for one that is gone.
        assert abs(held - len(instance.state.pages)) <= 2
        assert 0 <= FRAMES.frames - bench.machine.frames.free - held <= 2
    assert load.failed == 0
    assert load.pages_read[0] > 5 * FRAMES.frames
    assert reclaim.done > 3


@pytest.mark.parametrize("maps", [True, False])
def test_file_that_nobody_maps_gives_pages_back_at_the_first_visit_and_one_that_is_mapped_only_later(
    make_bench: Callable[..., Bench], maps: bool
) -> None:
    bench = make_bench()
    bench.add("pager", LruPager, service_ns=3_000)
    pager = {"pager": bench.system.objects["pager"]}
    cache: Any = bench.system.add_object("file", SingleFileCache, uses=pager).instance
    freed: list[int] = []

    def body() -> None:
        if maps:
            cache.attach_region(1)
        for index in range(32):
            cache.map_page(index)
        freed.extend(cache.give_back(2) for _ in range(2))

    bench.machine.spawn(body, name="reclaim", in_generation=False)
    bench.machine.run(10_000_000)
    assert freed == ([0, 2] if maps else [16, 8])


def test_sequential_cache_manager_leaves_the_memory_to_others(make_bench: Callable[..., Bench]) -> None:
    taken = {}
    for made, settings in ((SingleFileCache, {}), (SequentialFileCache, {"stream_pages": 6})):
        bench = make_bench(shape=FRAMES, processors=2)
        load, _ = streams(bench, made, **settings)
        bench.machine.run(10_000_000)
        instance: Any = bench.system.objects["stream"].instance
        taken[made.name] = len(instance.state.pages)
        assert load.pages_read[0] > 2 * FRAMES.frames
    assert taken["fcm_sequential"] <= 6 < FRAMES.frames // 2 < taken["fcm_single"]


def test_stream_goes_on_when_another_cache_manager_is_put_in(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(shape=FRAMES, processors=2)
    load, _ = streams(bench, SingleFileCache)
    stream = bench.system.objects["stream"]
    for number, made in enumerate((SequentialFileCache, ReplicatedFileCache, SingleFileCache, SequentialFileCache), 1):
        bench.machine.run(number * 4_000_000)
        before = load.pages_read[0]
        bench.system.reconfiguration.swap(stream, made)
    bench.machine.run(20_000_000)
    instance: Any = stream.instance
    assert bench.count(Kind.SWAP_COMPLETED) == 4
    assert (load.failed, load.pages_read[0] > before) == (0, True)
    assert bench.machine.frames.held_by(instance.state.account) == len(instance.state.pages)


def test_written_pages_survive_when_frames_are_short(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(shape=FRAMES, processors=2)
    load, kept = streams(bench, SingleFileCache)
    written, lost = 60, []

    def use() -> None:
        for index in range(written):
            bench.machine.request(0, lambda index=index: kept.instance.write_page(index, 1_000 + index))  # type: ignore[misc]
        bench.machine.sleep(6_000_000)
        for index in range(written):
            bench.machine.request(
                0,
                lambda index=index: lost.append(kept.instance.read_page(index) != 1_000 + index),  # type: ignore[misc]
            )

    bench.machine.spawn(use, name="use", processor=1, in_generation=False)
    bench.machine.run(12_000_000)
    assert lost == [False] * written
    assert kept.instance.state.write_backs > 0
    assert load.failed == 0
