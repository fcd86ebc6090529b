"""Postmark: its files come and go in the proportions asked, and what was written is read back."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from model.components import IMPLEMENTATIONS
from model.components.fcm import PAGE_BYTES, FileCache
from model.components.fcm_replicated import ReplicatedFileCache
from model.components.fcm_single import SingleFileCache
from model.engine.component import Component, interface_of
from model.workloads import WORKLOADS
from model.workloads.postmark import Postmark, PostmarkLoop
from model.workloads.workload import Workload
from tests.fake_surroundings import Built, FakeReference, FakeSurroundings

CACHES = [made for made in IMPLEMENTATIONS if interface_of(made) is FileCache]


def postmark(surroundings: FakeSurroundings, references: dict[str, FakeReference], **settings: Any) -> Postmark:
    known: Any = references
    machine: Any = surroundings
    return Postmark(machine, 1, known, settings, "postmark")


def run(load: Postmark) -> Postmark:
    load.start()
    fake: Any = load.surroundings
    fake.run_spawned()
    return load


@pytest.mark.parametrize("implementation", CACHES, ids=lambda made: made.name)
def test_all_that_is_read_is_what_was_written(implementation: type[Component]) -> None:
    surroundings = FakeSurroundings()
    built = Built(surroundings, implementation, frames=6)
    load = run(postmark(surroundings, {"cache": built.own}, loops=2, files=4, transactions=120))
    assert (load.mismatches, load.failed) == (0, 0)


def test_it_goes_over_several_stores_at_once() -> None:
    surroundings = FakeSurroundings()
    first, second = Built(surroundings, SingleFileCache), Built(surroundings, ReplicatedFileCache, file=3)
    references = {"cache 1": first.own, "cache 2": second.own}
    load = run(postmark(surroundings, references, loops=2, files=6, transactions=60))
    assert (load.mismatches, load.failed) == (0, 0)
    assert all(built.component.state.misses for built in (first, second))


def test_a_page_that_changed_behind_its_back_is_a_mismatch() -> None:
    surroundings = FakeSurroundings()
    built = Built(surroundings, SingleFileCache)
    load = postmark(surroundings, {"cache": built.own}, files=1, low_bytes=100, high_bytes=100)
    loop = PostmarkLoop(load, 0, surroundings.stream("test"))
    loop.create()
    loop.read()
    built.component.write_page(loop.first_place, 0)
    loop.read()
    assert load.mismatches == 1


def test_after_a_failed_write_a_file_is_not_held_against_the_cache() -> None:
    surroundings = FakeSurroundings()
    built = Built(surroundings, SingleFileCache)
    load = postmark(surroundings, {"cache": FakeReference()}, files=1)
    loop = PostmarkLoop(load, 0, surroundings.stream("test"))
    loop.create()
    load.stores[0].reference.object = built.component
    loop.read()
    assert (load.failed, load.mismatches) == (1, 0)


def test_all_its_files_are_gone_at_the_end() -> None:
    surroundings = FakeSurroundings()
    built = Built(surroundings, SingleFileCache)
    run(postmark(surroundings, {"cache": built.own}, loops=2, files=4, transactions=50))
    assert built.component.resident() == 0


def test_extents_of_loops_do_not_touch() -> None:
    surroundings = FakeSurroundings()
    load = postmark(surroundings, {"cache": FakeReference()}, loops=2, files=3, high_bytes=9_000, first_page=100)
    places = [PostmarkLoop(load, number, surroundings.stream("test")).first_place for number in range(2)]
    assert places == [100, 100 + 6 * 3]


def operations(transactions: int, **settings: Any) -> Counter[str]:
    """What the loop did in its transactions, its start left aside."""
    surroundings = FakeSurroundings()
    built = Built(surroundings, SingleFileCache)
    load = postmark(surroundings, {"cache": built.own}, files=200, **settings)
    done: Counter[str] = Counter()

    class Listening(PostmarkLoop):
        def create(self) -> None:
            done["create"] += 1
            super().create()

        def delete(self) -> None:
            done["delete"] += 1
            super().delete()

        def read(self) -> None:
            done["read"] += 1
            super().read()

        def append(self) -> None:
            done["append"] += 1
            super().append()

    loop = Listening(load, 0, surroundings.stream("test"))
    for _ in range(200):
        loop.create()
    done.clear()
    for _ in range(transactions):
        loop.transaction()
    return done


def test_even_biases_give_halves() -> None:
    done = operations(1_000)
    assert done["read"] + done["append"] == done["create"] + done["delete"] == 1_000
    assert done["read"] == pytest.approx(500, rel=0.1)
    assert done["create"] == pytest.approx(500, rel=0.1)


def test_bias_of_minus_one_leaves_that_half_out() -> None:
    assert set(operations(50, read_bias=-1)) == {"create", "delete"}
    assert set(operations(50, create_bias=-1)) == {"read", "append"}


def test_full_table_deletes_and_an_empty_one_creates() -> None:
    done = operations(250, create_bias=10, read_bias=-1)
    assert done["delete"] >= 24
    done = operations(250, create_bias=0, read_bias=-1)
    assert done["create"] >= 24


def test_sizes_stay_in_their_range_and_files_only_grow() -> None:
    surroundings = FakeSurroundings()
    built = Built(surroundings, SingleFileCache)
    load = postmark(surroundings, {"cache": built.own}, files=50, low_bytes=1_000, high_bytes=9_000)
    loop = PostmarkLoop(load, 0, surroundings.stream("test"))
    for _ in range(50):
        loop.create()
    before = [extent.size for extent in loop.table if extent]
    for _ in range(200):
        loop.append()
    after = [extent.size for extent in loop.table if extent]
    assert min(before) >= 1_000 and max(after) <= 9_000
    assert all(small <= large for small, large in zip(before, after, strict=True))
    assert built.component.length() <= load.extent_pages * 100 * PAGE_BYTES


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"low_bytes": 9_000}, "low_bytes must be at most high_bytes, 8192, not 9000"),
        ({"read_bias": -1, "create_bias": -1}, "leaves nothing to do"),
        ({"files": 100_000, "loops": 4_096}, "use fewer or smaller"),
        ({"colour": 1}, "no setting 'colour'"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        postmark(FakeSurroundings(), {"cache": FakeReference()}, **settings)


@pytest.mark.parametrize(
    ("name", "message"), [("target", "does not know what 'target' is"), ("", "needs a file cache")]
)
def test_references_that_make_no_sense_are_refused(name: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        postmark(FakeSurroundings(), {name: FakeReference()} if name else {})


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda workload: workload.name)
def test_workload_says_what_it_is(workload: type[Workload]) -> None:
    assert workload.name and workload.title and workload.summary.endswith(".") and workload.__doc__
    for name, setting in workload.settings.items():
        assert setting.meaning, name
        assert not setting.refuse(setting.default), name
