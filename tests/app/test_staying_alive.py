"""A long life: windows that open and close leave nothing, and a machine with one core shows the same as one with two.

How quickly the window answers depends on the wall and is measured in tests/benchmarks/test_alive_benchmark.py.
"""

from __future__ import annotations

import ctypes
import gc
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest
from greenlet import greenlet
from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtWidgets import QApplication

from app.documents import open_session
from app.layouts import LAYOUTS
from app.main_window import MainWindow
from views.kit.theme import load_theme

HERE = Path(__file__).parent
WARMING, TIMES = 20, 80
"""Caches of fonts, glyphs and themes fill while the first windows open."""
GROWTH = 8 << 20
"""Bytes that the process may be larger by after TIMES windows, late caches included: 100 KiB a window would be seen."""

pytestmark = [pytest.mark.slow, pytest.mark.qt_log_ignore("This plugin does not support")]
on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks /proc and pins to cores")


@dataclass(frozen=True)
class Left:
    """What a process holds."""

    objects: int
    widgets: int
    files: int
    threads: int
    suspended: int


def left() -> Left:
    gc.collect()
    held = gc.get_objects()
    return Left(
        sum(1 for each in held if isinstance(each, QObject)),
        len(QApplication.allWidgets()),
        len(os.listdir("/proc/self/fd")),
        threading.active_count(),
        sum(1 for each in held if isinstance(each, greenlet) and not each.dead and each.gr_frame),
    )


def resident() -> int:
    """Bytes of memory of this process, without what its allocator holds free for later."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc has it
    if trim is not None:
        trim(0)
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def open_run_close(layout: str) -> None:
    window = MainWindow(open_session("counter"), load_theme(), opened="counter")
    window.resize(1280, 800)
    window.show()
    window.workspace.choose_layout(layout)
    window.player.play()
    window.session.advance(100_000)
    window.player.frame()
    QCoreApplication.processEvents()
    window.close()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QCoreApplication.processEvents()


@on_linux
def test_a_hundred_windows_leave_nothing_behind(qapp: QApplication) -> None:
    """Buys a program that is left on for a day of lectures: threads, QObjects, files, memory are back as they were."""
    layouts = tuple(LAYOUTS)
    for number in range(WARMING):
        open_run_close(layouts[number % len(layouts)])
    before, memory = left(), resident()
    for number in range(TIMES):
        open_run_close(layouts[number % len(layouts)])
    assert left() == before
    assert resident() - memory < GROWTH


@on_linux
@pytest.mark.parametrize("cores", [1, 2])
def test_on_one_core_and_on_two_the_window_does_the_same(cores: int) -> None:
    """Buys machines of lecture rooms: keys, gestures and a fork, pinned to so many cores."""
    available = sorted(os.sched_getaffinity(0))
    if len(available) < cores:
        pytest.skip(f"this machine has {len(available)} core")
    pinned = ",".join(map(str, available[:cores]))
    pin = f"import os, sys, pytest; os.sched_setaffinity(0, {{{pinned}}}); sys.exit(pytest.main(sys.argv[1:]))"
    chosen = [f"{HERE}/test_main_window.py", "-k", "enter or forks or space or steps"]
    words = [sys.executable, "-c", pin, "-q", "-x", "-p", "no:cacheprovider", *chosen]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stdout[-3_000:] + done.stderr[-1_000:]
