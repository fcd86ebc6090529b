"""Components that ship with Changeover, their interfaces first.

Adding one is a file and a line here; the line brings the palette entry, the name in scenarios and the conformance
suite.
"""

from __future__ import annotations

from model.components.counter import Counter
from model.components.counter_partitioned import PartitionedCounter
from model.components.counter_shared import SharedCounter
from model.components.diary import Diary
from model.components.diary_plain import DiaryFailsInPackage, DiaryFailsInUnpackage, OtherDiary, PlainDiary
from model.components.failing import (
    CounterFailsInPackage,
    CounterFailsInUnpackage,
    CounterNeverUnpackages,
    CounterPackagesGarbage,
    CounterPackagesNonsense,
    CounterRaises,
)
from model.components.fcm import FileCache
from model.components.fcm_replicated import ReplicatedFileCache
from model.components.fcm_sequential import SequentialFileCache
from model.components.fcm_single import SingleFileCache
from model.components.file_server import FileServer
from model.components.file_server_ram import RamFileServer
from model.components.file_session import FileSession
from model.components.file_session_cached import CachedFileSession
from model.components.file_session_exclusive import ExclusiveFileSession
from model.components.file_session_shared import SharedFileSession
from model.components.pager import Pager
from model.components.pager_fifo import FifoPager
from model.components.pager_lru import LruPager
from model.components.process_table import ProcessTable
from model.components.process_table_default import DefaultProcessTable
from model.components.reclaim import Reclaim
from model.components.reclaim_proportional import ProportionalReclaim
from model.components.recursive import RecursiveCounter, TreeWalkFileCache
from model.components.region import Region
from model.components.region_default import DefaultRegion
from model.components.relay import CrossProcessorRelay, Relay
from model.engine.component import Component, Interface

INTERFACES: tuple[type[Interface], ...] = (
    FileCache,
    Pager,
    FileSession,
    FileServer,
    Region,
    ProcessTable,
    Reclaim,
    Counter,
    Relay,
    Diary,
)

IMPLEMENTATIONS: tuple[type[Component], ...] = (
    SingleFileCache,
    ReplicatedFileCache,
    SequentialFileCache,
    TreeWalkFileCache,
    LruPager,
    FifoPager,
    SharedFileSession,
    ExclusiveFileSession,
    CachedFileSession,
    RamFileServer,
    DefaultRegion,
    DefaultProcessTable,
    ProportionalReclaim,
    SharedCounter,
    PartitionedCounter,
    RecursiveCounter,
    CounterFailsInPackage,
    CounterFailsInUnpackage,
    CounterPackagesGarbage,
    CounterPackagesNonsense,
    CounterNeverUnpackages,
    CounterRaises,
    CrossProcessorRelay,
    PlainDiary,
    OtherDiary,
    DiaryFailsInPackage,
    DiaryFailsInUnpackage,
)
