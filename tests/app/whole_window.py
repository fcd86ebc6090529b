"""What the whole window shows, told from outside: every text with its place, and every colour.

The window is painted once more, into an engine that draws nothing and notes each text that it is given, whoever paints
it: our panels, Qt's labels and tables, pyqtgraph's axes. The application tells each widget to paint itself, so it is
known whose text it is. Only the graph copies pictures of its nodes: its texts come from its own account
(`GraphView.written`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPaintDevice, QPaintEngine, QPainter, QTransform
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QWidget

from app.main_window import MainWindow
from tests.views.panels import theme_colours
from tests.views.text_fit import SLACK, SPILL, Line, lines_of_graph
from views.kit.theme import Theme

TOLERANCE = 6.0
"""How far from a mixture of two colours of the theme a pixel may be, of 255 a channel."""
AREA = 0.0005
"""The share of a picture that is an area; what is less is the edge of something."""
EDGES = 0.002
"""The share of a picture that may be neither: where three colours meet in one pixel."""


class Notes(QPaintEngine):
    """Draws nothing and notes every text with its place."""

    def __init__(self) -> None:
        super().__init__(QPaintEngine.PaintEngineFeature.AllFeatures)
        self._place = QTransform()
        self.painted: QWidget | None = None
        """Who is painting itself."""
        self.texts: list[tuple[QRectF, str, QWidget]] = []

    def begin(self, _: Any) -> bool:
        return True

    def end(self) -> bool:
        return True

    def type(self) -> QPaintEngine.Type:
        return QPaintEngine.Type.User

    def updateState(self, state: Any) -> None:
        if state.state() & QPaintEngine.DirtyFlag.DirtyTransform:
            self._place = state.transform()

    def drawTextItem(self, at: Any, item: Any) -> None:
        box = QRectF(at.x(), at.y() - item.ascent(), item.width(), item.ascent() + item.descent())
        if item.text().strip():
            assert self.painted is not None
            self.texts.append((self._place.mapRect(box), item.text(), self.painted))

    def _nothing(self, *_: Any) -> None:
        """Shapes and pictures are not what is looked for."""

    drawPixmap = drawImage = drawPath = drawPolygon = drawRects = drawLines = drawTiledPixmap = _nothing


class NotePad(QPaintDevice):
    """A device of a window's size that notes instead of painting."""

    def __init__(self, width: int, height: int) -> None:
        super().__init__()
        self.notes = Notes()
        metric = QPaintDevice.PaintDeviceMetric
        self._metrics = {
            metric.PdmWidth: width, metric.PdmHeight: height, metric.PdmWidthMM: width // 4,
            metric.PdmHeightMM: height // 4, metric.PdmDepth: 32, metric.PdmNumColors: 2**24, metric.PdmDpiX: 96,
            metric.PdmDpiY: 96, metric.PdmPhysicalDpiX: 96, metric.PdmPhysicalDpiY: 96, metric.PdmDevicePixelRatio: 1,
            metric.PdmDevicePixelRatioScaled: 1 << 16,
        }  # fmt: skip

    def paintEngine(self) -> QPaintEngine:
        return self.notes

    def metric(self, which: QPaintDevice.PaintDeviceMetric) -> int:
        return self._metrics.get(which, 0)


class Watch(QObject):
    """Sees which widget is told to paint itself."""

    def __init__(self, notes: Notes) -> None:
        super().__init__()
        self._notes = notes

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and isinstance(watched, QWidget):
            self._notes.painted = watched
        return False


def text_faults(window: MainWindow) -> list[str]:
    """A sentence for each text that is cut, covered, outside of its parent, or in another's way; none is well."""
    texts = [*_texts_of_widgets(window), *_texts_of_the_graph(window)]
    assert texts
    slack = SLACK * max(1.0, window.theme.scale)  # the box of a line is higher than its letters
    return [*_misplaced(texts, slack), *_covered(window, texts), *_overlapping(texts)]


@dataclass(frozen=True)
class Text(Line):
    """A line, in px of the window, and the widget that shows it."""

    widget: QWidget


def _texts_of_widgets(window: MainWindow) -> Iterator[Text]:
    pad = NotePad(window.width(), window.height())
    watch = Watch(pad.notes)
    application = QApplication.instance()
    assert application is not None
    application.installEventFilter(watch)
    painter = QPainter(pad)
    window.render(painter, QPoint())
    painter.end()
    application.removeEventFilter(watch)
    for rect, text, widget in pad.notes.texts:
        if widget is not window.graph.viewport() and not _scrolled_out(window, widget, rect):
            yield Text(rect, _in_window(window, widget), text, text, _path(widget), widget)


def _in_window(window: MainWindow, widget: QWidget) -> QRectF:
    return QRectF(QRect(widget.mapTo(window, QPoint()), widget.size()))


def _scrolled_out(window: MainWindow, widget: QWidget, rect: QRectF) -> bool:
    """Whether a text lies on the edge of a list that scrolls, or beyond it."""
    part: QWidget | None = widget
    while part is not None:
        area = part.parentWidget()
        if isinstance(area, QAbstractScrollArea) and area.verticalScrollBar().maximum() > 0:
            room = _in_window(window, part)
            if rect.top() < room.top() or rect.bottom() > room.bottom():
                return True
        part = area
    return False


def _path(widget: QWidget | None) -> str:
    """The classes from the window to a widget, to find it by."""
    names: list[str] = []
    while widget is not None:
        names.append(type(widget).__name__)
        widget = widget.parentWidget()
    return " > ".join(reversed(names))


def _texts_of_the_graph(window: MainWindow) -> Iterator[Text]:
    viewport = window.graph.viewport()
    if not viewport.isVisible():
        return  # another layout: its texts are those of when it was seen last
    room = _in_window(window, viewport)
    nodes, over = lines_of_graph(window.graph)
    card = QRectF()
    for line in over:
        card |= line.rect
    for line in (*nodes, *over):
        under_the_card = line in nodes and card.adjusted(-20, -16, 20, 16).intersects(line.rect)
        place = line.rect.translated(room.topLeft())
        if not under_the_card and room.contains(place):
            yield Text(place, line.room.translated(room.topLeft()), line.shown, line.whole, line.owner, viewport)


def _misplaced(texts: list[Text], slack: float) -> Iterator[str]:
    for text in texts:
        if text.shown != text.whole or "…" in text.shown[:-1]:
            yield f"{text.shown!r} in {text.owner} is cut"
        if not text.room.adjusted(-slack, -slack, slack, slack).contains(text.rect):
            yield f"{text.shown!r} leaves {text.owner}: {text.rect} is not within {text.room}"


def _covered(window: MainWindow, texts: list[Text]) -> Iterator[str]:
    """Texts over which another widget lies, as the graph's tools and messages do over the graph."""
    for text in texts:
        below = text.widget
        while below.testAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents):
            below = below.parentWidget()  # Qt looks through it when it is asked what lies at a point
        for x in (text.rect.left() + 1, text.rect.center().x(), text.rect.right() - 1):
            on_top = window.childAt(QPoint(round(x), round(text.rect.center().y())))
            if on_top is not below:
                yield f"{text.shown!r} of {text.owner} is covered by {_path(on_top)}"
                break


def _overlapping(texts: list[Text]) -> Iterator[str]:
    for one, other in combinations(texts, 2):
        letters = one.rect.adjusted(0, SPILL, 0, -SPILL)
        if letters.intersects(other.rect.adjusted(0, SPILL, 0, -SPILL)):
            yield f"{one.shown!r} in {one.owner} and {other.shown!r} in {other.owner} overlap: {one.rect}, {other.rect}"


@dataclass(frozen=True)
class Strays:
    """Colours of a picture that are not the theme's: areas by their share, and how much of it are strange edges."""

    areas: dict[str, float]
    edges: float

    @property
    def none(self) -> bool:
        return not self.areas and self.edges <= EDGES


def stray_colours(image: QImage, theme: Theme) -> Strays:
    """What in a picture is neither a colour of the theme nor a mixture of two of them.

    An area has to be a colour of the theme as it is, or one that was laid thinly over another, as a hatch or a shade.
    """
    picture = image.convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(picture.constBits(), dtype=np.uint32).reshape(picture.height(), -1)[:, : picture.width()]
    colours, counts = np.unique(pixels & 0xFFFFFF, return_counts=True)
    strange = distance_from_mixtures(_channels(colours), _channels(np.array(sorted(_known(theme)))))
    share = counts / pixels.size
    areas = {
        f"#{int(colour):06x}": float(part)
        for colour, part, far in zip(colours, share, strange, strict=True)
        if part > AREA and far > TOLERANCE
    }
    return Strays(areas, float(share[strange > TOLERANCE].sum()))


def _known(theme: Theme) -> set[int]:
    """The theme's colours, and black, of which shades are made."""
    return {colour & 0xFFFFFF for colour in theme_colours(theme)} | {QColor("black").rgb() & 0xFFFFFF}


def _channels(colours: Any) -> Any:
    return np.stack([(colours >> shift) & 0xFF for shift in (16, 8, 0)], axis=1).astype(np.float64)


def distance_from_mixtures(colours: Any, known: Any) -> Any:
    """How far each colour is from the nearest mixture of two that are known."""
    nearest = np.full(len(colours), np.inf)
    for start in known:
        along = known - start
        length = np.maximum((along**2).sum(axis=1), 1.0)
        offset = colours - start
        share = np.clip(offset @ along.T / length, 0.0, 1.0)
        squares = (offset**2).sum(axis=1)[:, None] - 2 * share * (offset @ along.T) + share**2 * length
        nearest = np.minimum(nearest, squares.min(axis=1))
    return np.sqrt(np.maximum(nearest, 0.0))
