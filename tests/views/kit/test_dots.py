"""Ten thousand threads in one call, each where it is and as it is."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene, QGraphicsView, QWidget

from tests.views.kit.painting import extent, painted, pixels, touched
from views.kit.dots import (
    CROWD,
    FATES,
    GENERATIONS,
    MOST_DOTS,
    TILE_OF_FATE,
    TILES,
    DotPainter,
    dot_atlas,
    paint_dot,
    tile_of_generation,
)
from views.kit.theme import load_theme

pytestmark = pytest.mark.usefixtures("qapp")

SQUARE = TILE_OF_FATE["blocked"]
DISC = tile_of_generation(0)


@pytest.fixture
def theme():
    return load_theme("light")


@pytest.fixture
def dots(theme):
    return DotPainter(theme, theme.surface.panel)


def columns(*places):
    """The x, y and tile of dots, from (x, y, tile) each."""
    x, y, tile = zip(*places, strict=True)
    return np.array(x, float), np.array(y, float), np.array(tile)


def middle(image):
    left, top, right, bottom = extent(image)
    ratio = image.devicePixelRatio()
    return (left + right + 1) / 2 / ratio, (top + bottom + 1) / 2 / ratio


def test_every_fate_and_generation_has_a_tile_of_its_own():
    tiles = {*(TILE_OF_FATE[name] for name in FATES), *(tile_of_generation(age) for age in range(GENERATIONS))}
    assert tiles == set(range(TILES))


def test_a_generation_past_the_fourth_keeps_the_last_tile():
    assert tile_of_generation(9) == tile_of_generation(3)


@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 2.0])
def test_a_dot_is_where_it_is_said_to_be(dots, ratio):
    image = painted(lambda p: dots.paint(p, *columns((12, 20, SQUARE))), ratio=ratio)
    assert middle(image) == pytest.approx((12, 20), abs=0.5)


def test_a_dot_follows_the_painters_transform(dots):
    def paint(painter):
        painter.translate(2, 4)
        painter.scale(2, 2)
        dots.paint(painter, *columns((5, 6, SQUARE)))

    assert middle(painted(paint)) == pytest.approx((12, 16), abs=0.5)


def test_a_dot_grows_with_the_painters_scale(dots):
    def width(zoom):
        def paint(painter):
            painter.scale(zoom, zoom)
            dots.paint(painter, *columns((16 / zoom, 16 / zoom, SQUARE)))

        left, _, right, _ = extent(painted(paint))
        return right - left + 1

    assert width(2.0) == pytest.approx(2 * width(1.0), abs=2)


def test_a_dot_is_never_smaller_than_three_pixels(dots):
    def paint(painter):
        painter.scale(0.1, 0.1)
        dots.paint(painter, *columns((160, 160, DISC)))

    left, _, right, _ = extent(painted(paint))
    assert right - left + 1 >= 2 * 0.95 * 3 - 1


def test_a_dot_has_the_colour_of_its_fate(dots, theme):
    image = painted(lambda p: dots.paint(p, *columns((16, 16, SQUARE))))
    assert image.pixelColor(16, 16) == theme.fate.blocked.mark


def test_a_change_of_theme_changes_the_colour(dots):
    dark = load_theme("dark")
    dots.set_theme(dark)
    image = painted(lambda p: dots.paint(p, *columns((16, 16, SQUARE))))
    assert image.pixelColor(16, 16) == dark.fate.blocked.mark


def test_a_later_dot_lies_over_an_earlier_one(dots, theme):
    image = painted(lambda p: dots.paint(p, *columns((16, 16, DISC), (16, 16, SQUARE))))
    assert image.pixelColor(16, 16) == theme.fate.blocked.mark


def test_a_halo_keeps_touching_dots_apart(theme):
    dots = DotPainter(theme, theme.invariant.violated.mark)
    image = painted(lambda p: dots.paint(p, *columns((16, 16, DISC))))
    assert (pixels(image) == theme.invariant.violated.mark.getRgb()[:3]).all(axis=2).any()


def test_a_crowd_has_no_halos(theme):
    dots = DotPainter(theme, theme.invariant.violated.mark)
    crowd = np.full(CROWD + 1, 16.0), np.full(CROWD + 1, 16.0), np.full(CROWD + 1, SQUARE)
    image = painted(lambda p: dots.paint(p, *crowd))
    assert not (pixels(image) == theme.invariant.violated.mark.getRgb()[:3]).all(axis=2).any()


def test_dots_out_of_sight_are_not_painted(dots):
    counts = []
    painted(lambda p: counts.append(dots.paint(p, *columns((16, 16, DISC), (500, 16, DISC), (16, -500, DISC)))))
    assert counts == [1]


def test_a_frame_has_a_bound(dots):
    many = MOST_DOTS + 5
    counts = []
    painted(
        lambda p: counts.append(dots.paint(p, np.full(many, 9.0), np.full(many, 9.0), np.full(many, DISC))), side=16
    )
    assert counts == [MOST_DOTS]


def test_no_dots_paint_nothing(dots):
    image = painted(lambda p: dots.paint(p, np.empty(0), np.empty(0), np.empty(0, int)))
    assert not touched(image).any()


def test_fewer_dots_than_before_leave_none_behind(dots):
    painted(lambda p: dots.paint(p, *columns(*[(4 + 3 * i, 8, SQUARE) for i in range(8)])))
    image = painted(lambda p: dots.paint(p, *columns((16, 24, SQUARE))))
    assert middle(image) == pytest.approx((16, 24), abs=0.5)


def test_the_painter_is_left_as_it_was(dots):
    def paint(painter):
        painter.scale(1.5, 1.5)
        before = painter.worldTransform()
        dots.paint(painter, *columns((8, 8, DISC)))
        assert painter.worldTransform() == before

    painted(paint)


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_a_widget_that_is_rendered_elsewhere_has_its_dots_in_place(dots, ratio):
    class Board(QWidget):
        def paintEvent(self, event):
            dots.paint(QPainter(self), *columns((10, 14, SQUARE)))

    board = Board()
    board.resize(24, 24)
    image = QImage(round(40 * ratio), round(40 * ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.white)
    board.render(image, QPoint(6, 4), renderFlags=QWidget.RenderFlag.DrawChildren)
    assert middle(image) == pytest.approx((16, 18), abs=0.5)


def test_an_item_of_a_zoomed_view_has_its_dots_in_place(dots, qtbot):
    class Item(QGraphicsItem):
        def boundingRect(self):
            return scene.sceneRect()

        def paint(self, painter, option, widget=None):
            dots.paint(painter, *columns((10, 10, SQUARE)))

    scene = QGraphicsScene(0, 0, 50, 50)
    scene.addItem(Item())
    view = QGraphicsView(scene)
    qtbot.addWidget(view)
    view.resize(140, 140)
    view.scale(2, 2)
    at = view.mapFromScene(QPointF(10, 10))
    assert view.viewport().grab().toImage().pixelColor(at) == load_theme("light").fate.blocked.mark


def test_an_atlas_is_painted_once(theme):
    ground = theme.surface.canvas
    assert dot_atlas(theme, ground, 4.5, 2.0) is dot_atlas(theme, ground, 4.5, 2.0)


@pytest.mark.parametrize("row", [0, 1])
@pytest.mark.parametrize("tile", range(TILES))
def test_no_shape_is_cut_off_in_the_atlas(theme, tile, row):
    atlas = dot_atlas(theme, theme.surface.canvas, 4.5, 2.0)
    side, reach = 2 * atlas.half, int(atlas.halves[row, tile])
    image = atlas.pixmap.copy(tile * side, row * side, side, side).toImage()
    alpha = np.array([[image.pixelColor(x, y).alpha() for x in range(side)] for y in range(side)])
    inside = alpha[atlas.half - reach : atlas.half + reach, atlas.half - reach : atlas.half + reach].sum()
    assert inside == alpha.sum() > 0


def test_one_dot_in_a_legend_looks_like_one_in_the_graph(dots, theme):
    one = painted(lambda p: dots.paint(p, *columns((16, 16, DISC))))
    mark, ground = theme.generation.ladder[0], theme.surface.panel
    other = painted(lambda p: paint_dot(p, "disc", QPointF(16, 16), 4.5, mark, ground))
    assert np.abs(pixels(one).astype(int) - pixels(other)).max() <= 2
