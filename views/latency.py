"""How long calls take, now and before the last swap: a histogram, calls over time, and what is read off them.

It is about the selected component, or about the one that is called most when none is selected; about all its methods
together, or about one. The ghost is the shape from before the component's last completed swap. A click on a bar or on a
cell, or Enter where the keyboard stands, selects the last call that took so long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QRectF, QSize, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from model.projections.ended_calls import EndedCalls, last_that_took, of, over_time
from model.projections.latency import BINS, bins_of, percentile
from model.trace.events import Phase
from views.kit.choice_button import ChoiceButton
from views.kit.chrome import IconButton, PanelHeader
from views.kit.describing import counted, object_name, picked_object
from views.kit.format import format_count, format_difference, format_duration
from views.kit.latency_heat import LatencyHeat
from views.kit.latency_plot import LatencyPlot
from views.kit.octaves import drawn, span
from views.kit.panel_view import PanelView, describe
from views.kit.selection import Selection
from views.kit.session_link import SessionLink
from views.kit.theme import Theme
from views.kit.typography import MEDIUM, SEMIBOLD, text_width
from views.kit.writing import Writer, Written, box

if TYPE_CHECKING:
    from model.projections.latency import Histogram, Latency
    from model.projections.topology import Topology
    from model.trace.trace import Rows

PADDING: Final = 16
NOISE: Final = 0.03
"""A bin is 2.2 % wide: what differs by less than this differs by nothing."""
ALL_METHODS: Final = "all methods"
NO_COUNTS: Final = np.empty(0, dtype=np.int64)
ROW, HEAD, FOOT = 24, 20, 28
TALL: Final = 320
"""px from which all five numbers are shown; below it p50, p99 and the longest."""
NUMBERS: Final = (("p50", 50.0), ("p90", 90.0), ("p99", 99.0), ("p99.9", 99.9))
FEW: Final = ("p50", "p99", "max")


class LatencyView(PanelView):
    """The latency of one component."""

    said = Signal(str)

    def __init__(self, link: SessionLink, selection: Selection, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(link, selection, theme, parent)
        self._latency: Latency | None = None
        self._object = 0
        self._methods: tuple[int, ...] = ()
        self._method: int | None = None
        self._kept = 0
        self.header = PanelHeader("Latency", theme=theme)
        self.legend = LatencyLegend(theme)
        self.method = ChoiceButton([ALL_METHODS], "Methods shown", theme, framed=False)
        self.method.chosen.connect(self._choose_method)
        self.plot = LatencyPlot(theme)
        self.heat = LatencyHeat(theme)
        self.heat.hide()
        self.over_time = self.header.add_button(IconButton("grid", "Calls over time", theme=theme))
        self.over_time.setCheckable(True)
        self.over_time.toggled.connect(self._show_over_time)
        self.plot.bucket_chosen.connect(self._go_to_bucket)
        self.heat.chosen.connect(self._go_to_cell)
        self._calls = EndedCalls(link.trace)
        self.table = LatencyTable(theme)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, PADDING - 4, 0)
        row.addWidget(self.legend, 1)
        row.addWidget(self.method)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addLayout(row)
        plot = QHBoxLayout()
        plot.setContentsMargins(0, 0, 0, 0)
        plot.addWidget(self.plot)
        plot.addWidget(self.heat)
        layout.addLayout(plot, 1)
        layout.addWidget(self.table)
        self.setAutoFillBackground(True)
        self.setAccessibleName("Latency")
        self.restyle()

    def take(self) -> None:
        topology = self.link.topology
        identity = picked_object(topology, self.selection.current, self.link.swaps.by_request) or self._last_shown()
        if self.link.latency is not self._latency or identity != self._object:
            self._take(self.link.latency, topology, identity)
        if self.over_time.isChecked():
            self._show_heat()

    def _take(self, latency: Latency, topology: Topology, identity: int) -> None:
        if identity != self._object:
            self._method = None
        self._latency, self._object = latency, identity
        self.header.set_subtitle(object_name(topology, identity) if identity else "no call yet")
        self._offer_methods(latency, topology)
        self._show(latency.of(identity, self._method))

    def forget(self) -> None:
        self._calls = EndedCalls(self.link.trace)
        self._latency = None
        self._method = None

    def restyle(self) -> None:
        self.setPalette(self.theme.palette())
        self.setBackgroundRole(self.palette().ColorRole.Base)
        for widget in (self.header, self.legend, self.method, self.plot, self.heat, self.table):
            widget.set_theme(self.theme)
        self._latency = None

    def _last_shown(self) -> int:
        """With a call selected that was gone to from here, its component; otherwise the busiest."""
        picked = self.selection.current
        return self._kept if self._kept and picked is not None and picked.kind == "call" else self._busiest()

    def _busiest(self) -> int:
        """The object through whose entries most calls have gone; the first of several."""
        tables = self.link.tables
        calls = dict.fromkeys(tables.clients_by_object, 0)
        for (_, identity), count in tables.calls.items():
            calls[identity] += count
        return max(calls, key=lambda identity: (calls[identity], -identity)) if calls else 0

    def _offer_methods(self, latency: Latency, topology: Topology) -> None:
        self._methods = tuple(latency.methods(self._object))
        node = topology.objects.get(self._object)
        interface = topology.interfaces.get(node.interface) if node else None
        names = [interface.methods.get(each, f"method {each}") if interface else str(each) for each in self._methods]
        current = 1 + self._methods.index(self._method) if self._method in self._methods else 0
        self.method.set_labels([ALL_METHODS, *names], current)

    def _show(self, histogram: Histogram) -> None:
        before = drawn(histogram.before) if histogram.before is not None and histogram.before_count else None
        self.plot.show_shares(drawn(histogram.now), before, histogram.p50_ns, histogram.p99_ns)
        self.legend.set_before(self._before_words() if before is not None else "")
        self.table.show_numbers(histogram)
        name = object_name(self.link.topology, self._object)
        describe(
            self,
            "Latency",
            f"{name}: p50 {format_duration(histogram.p50_ns)}, p99 {format_duration(histogram.p99_ns)}, "
            f"longest {format_duration(histogram.max_ns)}, {histogram.count} calls",
        )

    def _before_words(self) -> str:
        completed = [
            swap.request for swap in self.link.swaps.of_object(self._object)
            if swap.sort == "swap" and swap.outcome is Phase.COMPLETED
        ]  # fmt: skip
        return f"before swap {completed[-1]}" if completed else "before the last swap"

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.table.set_all(self.height() >= self.theme.px(TALL))

    # --- over time, and one call -------------------------------------------------------------------------------------

    def _mine(self) -> Rows:
        """The calls that have ended of what is shown."""
        return of(self._calls.until(self.link.position), self._object, self._method)

    def _show_heat(self) -> None:
        mine = self._mine()
        first = int(mine["at_ns"][0]) if len(mine) else 0
        window = (first, max(first + 1, self.link.clock_ns))
        shares = drawn(bins_counted(mine["took_ns"]))
        octaves = span(shares)
        counts = over_time(mine, window, self.heat.columns, octaves, self.heat.rows_an_octave(octaves))
        ended = [each.ended_ns for each in self.link.swaps.of_object(self._object) if each.outcome is Phase.COMPLETED]
        self.heat.show_counts(counts, window, octaves, [at_ns for at_ns in ended if at_ns is not None])
        self.legend.set_over_time(int(counts.max()), bool(ended))

    @Slot(bool)
    def _show_over_time(self, wanted: bool) -> None:
        self.plot.setVisible(not wanted)
        self.heat.setVisible(wanted)
        if not wanted:
            self.legend.set_over_time(None)
        self._latency = None
        self.take()

    @Slot(int, int)
    def _go_to_bucket(self, least_ns: int, most_ns: int) -> None:
        self._go(last_that_took(self._mine(), least_ns, most_ns), least_ns)

    @Slot(int, int, int)
    def _go_to_cell(self, least_ns: int, most_ns: int, until_ns: int) -> None:
        self._go(last_that_took(self._mine(), least_ns, most_ns, until_ns), least_ns)

    def _go(self, call: int, least_ns: int) -> None:
        """Select a call; the panel stays with the component whose call it is."""
        if not call:
            self.said.emit(f"No call of {format_duration(least_ns)} is held any more.")
            return
        self._kept = self._object
        self.selection.select("call", call)

    @Slot(int)
    def _choose_method(self, index: int) -> None:
        self._method = self._methods[index - 1] if index else None
        self._latency = None
        self.take()


def bins_counted(took_ns: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
    """The latencies counted by bin."""
    return np.bincount(bins_of(np.ascontiguousarray(took_ns)), minlength=BINS)


class LatencyLegend(QWidget):
    """What the two shapes are; over time, what the strengths mean and the line."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._before = ""
        self._most: int | None = None
        self._swapped = False
        self.written: list[Written] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_over_time(self, most: int | None, swapped: bool = False) -> None:
        """Say what cells are of which the fullest has so many calls; None for the two shapes again."""
        if (most, swapped) != (self._most, self._swapped):
            self._most, self._swapped = most, swapped
            self.update()

    def set_before(self, words: str) -> None:
        """Say what the ghost is; nothing when there is none."""
        if words != self._before:
            self._before = words
            self.update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, round(self._theme.px(22)))

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        theme, px = self._theme, self._theme.px
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        writer = Writer(painter, theme)
        middle = self.height() / 2
        if self._most is not None:
            self._paint_strengths(writer, self._most)
            painter.end()
            self.written = writer.written
            return
        painter.setPen(QPen(theme.histogram.now_fill, theme.stroke(1)))
        painter.setBrush(theme.histogram.now_fill)
        painter.drawRoundedRect(box(QRectF(px(PADDING), middle - px(5), px(10), px(10)), theme.stroke(1)), px(2), px(2))
        left = px(PADDING + 16)
        area = QRectF(left, 0, self.width() - left, self.height())
        took = writer.line(area, "now", "small", theme.text.secondary, weight=MEDIUM)
        if self._before:
            left += max(px(38), took + px(14))
            pen = QPen(theme.histogram.ghost, theme.stroke(1))
            pen.setDashPattern(list(theme.histogram.ghost_dash))
            painter.setPen(pen)
            painter.setBrush(theme.histogram.ghost_fill)
            painter.drawRoundedRect(box(QRectF(left, middle - px(5), px(10), px(10)), theme.stroke(1)), px(2), px(2))
            area.setLeft(left + px(16))
            writer.line(area, self._before, "small", theme.text.secondary, weight=MEDIUM)
        painter.end()
        self.written = writer.written

    def _paint_strengths(self, writer: Writer, most: int) -> None:
        """The strengths between the counts that they stand for, and the line of a swap where there is room."""
        painter, theme, px = writer.painter, self._theme, self._theme.px
        left, middle = px(PADDING), self.height() / 2
        stops = theme.heat.stops[1:] if most > 1 else theme.heat.stops[-1:]

        def say(words: str) -> float:
            area = QRectF(left, 0, self.width() - left, self.height())
            return left + writer.line(area, words, "small", theme.text.secondary, weight=MEDIUM)

        if most > 1:
            left = say("1") + px(6)
        if most:
            for stop in stops:
                painter.fillRect(QRectF(left, middle - px(5), px(10), px(10)), stop)
                left += px(10)
            left += px(6)
        left = say(counted(most, "call")) + px(14)
        if self._swapped and left + px(10) + text_width("swap", "small", theme.scale, weight=MEDIUM) < self.width():
            painter.fillRect(QRectF(left, middle - px(6), theme.stroke(1.6), px(12)), theme.phase.completed.mark)
            left += px(8)
            say("swap")


class LatencyTable(QWidget):
    """Percentiles and the longest: now, before, and by how much they differ; beneath, of how many calls."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: tuple[tuple[str, int, int], ...] = ()
        self._before = False
        self._foot = ""
        self._all = False
        self.written: list[Written] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_all(self, wanted: bool) -> None:
        """Show all five numbers, or three."""
        if wanted != self._all:
            self._all = wanted
            self.updateGeometry()
            self.update()

    @property
    def shown(self) -> tuple[tuple[str, int, int], ...]:
        """The numbers that are seen: name, now, before."""
        return tuple(row for row in self._rows if self._all or row[0] in FEW)

    def show_numbers(self, histogram: Histogram) -> None:
        """Show what was read off a histogram."""
        self._before = bool(histogram.before_count)
        ghost = histogram.before if histogram.before is not None else NO_COUNTS
        longest, longest_before = histogram.max_ns, histogram.before_max_ns
        # A percentile is the upper edge of its bin, which may lie beyond the longest call of all.
        percentiles = [
            (name, min(percentile(histogram.now, at), longest), min(percentile(ghost, at), longest_before))
            for name, at in NUMBERS
        ]
        self._rows = (*percentiles, ("max", longest, longest_before))
        before = f" · {format_count(histogram.before_count)} before" if self._before else ""
        self._foot = f"{format_count(histogram.count)} calls now{before}"
        self.update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(260, round(self._theme.px(HEAD + ROW * (5 if self._all else 3) + FOOT)))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        theme, px = self._theme, self._theme.px
        writer = Writer(painter, theme)
        row = QRectF(px(PADDING), 0, self.width() - px(2 * PADDING), px(HEAD))
        ends = self._ends(row)
        for words, end in zip(("now", "before", "difference"), ends, strict=True):
            if self._before or words == "now":
                writer.line(QRectF(row.left(), row.top(), end - row.left(), row.height()), words, "small",
                            theme.text.tertiary, right=True)  # fmt: skip
        for place, (name, now, before) in enumerate(self.shown):
            row = QRectF(row.left(), px(HEAD + ROW * place), row.width(), px(ROW))
            painter.fillRect(QRectF(row.left(), round(row.top()), row.width(), theme.stroke(1)), theme.line.subtle)
            self._paint_row(writer, row, ends, name, now, before)
        foot = QRectF(row.left(), px(HEAD + ROW * len(self.shown) + 2), row.width(), px(20))
        writer.line(foot, self._foot, "small", theme.text.tertiary)
        painter.end()
        self.written = writer.written

    def _ends(self, row: QRectF) -> tuple[float, float, float]:
        """Where the columns end: as in the picture where there is room, otherwise in equal parts."""
        px = self._theme.px
        number = text_width("88.8\u00a0µs", "label", self._theme.scale, weight=MEDIUM) + px(10)
        return row.left() + max(row.width() * 0.41, px(30) + number), row.left() + row.width() * 0.66, row.right()

    def _paint_row(
        self, writer: Writer, row: QRectF, ends: tuple[float, float, float], name: str, now: int, before: int
    ) -> None:
        theme = self._theme
        writer.line(row, name, "label", weight=SEMIBOLD)

        def cell(end: float, width: float) -> QRectF:
            return QRectF(end - width, row.top(), width, row.height())

        width = theme.px(80)
        if self._rows and now:
            writer.line(cell(ends[0], width), format_duration(now, padded=True), weight=MEDIUM, right=True)
        if not self._before:
            return
        writer.line(
            cell(ends[1], width), format_duration(before, padded=True), "label", theme.text.secondary, right=True
        )
        if now:
            noise = before > 0 and abs(now - before) <= NOISE * before
            colour = theme.text.secondary if noise else theme.text.primary
            writer.line(
                cell(ends[2], width), format_difference(now, before), "label", colour, weight=MEDIUM, right=True
            )
