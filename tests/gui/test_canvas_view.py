"""Zoom and pan are plain numbers; the overlay's colours are the mask."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRect, QSize

from app.canvas_tools import CanvasTools
from app.canvas_view import MARGIN, CanvasView
from app.overlay import Look, Overlay
from app.tool_strip import radius_of, slider_value


def make_view() -> CanvasView:
    view = CanvasView()
    view.set_widget(QSize(800, 600))
    view.set_image(QSize(1000, 500))
    return view


def test_fit_shows_the_whole_image_in_the_middle():
    view = make_view()
    assert view.rect_to_image(QRect(0, 0, 800, 600)) == QRect(0, 0, 1000, 500)
    assert view.to_image(QPointF(400, 300)) == QPointF(500, 250)


@pytest.mark.parametrize("scale", [0.05, 1.0, 7.3, 64.0])
def test_the_point_under_the_pointer_stays_there_while_zooming(scale):
    view = make_view()
    before = view.to_image(QPointF(300, 250))
    view.zoom_to(scale, QPointF(300, 250))
    after = view.to_image(QPointF(300, 250))
    if scale > 0.1:
        assert (before - after).manhattanLength() < 1e-6
    assert view.scale == pytest.approx(scale)


def test_the_picture_cannot_be_pushed_out_of_sight():
    view = make_view()
    view.pan(QPointF(1e6, -1e6))
    assert not view.rect_to_image(QRect(0, 0, 800, 600)).isEmpty()


def test_a_fitted_view_follows_the_size_of_the_widget_and_a_zoomed_one_keeps_its_scale():
    view = make_view()
    view.set_widget(QSize(400, 300))
    assert view.to_image(QPointF(200, 150)) == QPointF(500, 250)
    view.zoom_to(3.0)
    view.set_widget(QSize(900, 700))
    assert view.scale == 3.0


def test_the_next_image_of_the_same_size_keeps_zoom_and_place():
    view = make_view()
    view.zoom_to(5.0, QPointF(10, 10))
    origin = view.origin
    view.set_image(QSize(1000, 500))
    assert (view.scale, view.origin) == (5.0, origin)
    view.set_image(QSize(200, 200))
    assert view.fitted


def test_pixels_that_are_not_square_are_drawn_in_their_true_shape():
    view = make_view()
    view.set_image(QSize(100, 40), (2.5, 0.5))
    whole = view.target(QRect(0, 0, 100, 40))
    assert whole.height() / whole.width() == pytest.approx(40 * 2.5 / (100 * 0.5))
    assert whole.height() == pytest.approx(600 - 2 * MARGIN) or whole.width() == pytest.approx(800 - 2 * MARGIN)
    point = QPointF(12.25, 31.5)
    for one in (view, view.magnified(4.0, QPointF(410, 290))):
        assert (one.to_image(one.to_widget(point)) - point).manhattanLength() < 1e-9
        assert (one.transform().map(point) - one.to_widget(point)).manhattanLength() < 1e-9
    fixed = view.to_image(QPointF(390, 310))
    view.zoom_to(7.0, QPointF(390, 310))
    assert (view.to_image(QPointF(390, 310)) - fixed).manhattanLength() < 1e-9
    assert view.rect_to_image(QRect(0, 0, 800, 600)).intersected(QRect(0, 0, 100, 40)).height() < 40


@pytest.mark.parametrize(("spacing", "height"), [(None, 1), ((0.5, 0.501), 1), ((1.0, 4.0), 0.25), ((900.0, 1.0), 20)])
def test_a_spacing_says_how_high_a_pixel_is(spacing, height):
    view = make_view()
    view.set_image(QSize(100, 40), spacing)
    assert view.height == height


@pytest.mark.parametrize("step", [1, 57, 100, 199])
def test_what_is_drawn_is_exactly_the_mask(qapp, step):
    rng = np.random.default_rng(step)
    levels = rng.integers(0, 200, (37, 53), dtype=np.uint8)
    layer = rng.integers(0, 3, (37, 53), dtype=np.uint8)
    overlay = Overlay(levels, layer)
    overlay.set_look(step, Look(colour="#ff0000", opacity=1.0))
    wanted = ((levels >= step) | (layer == 1)) & (layer != 2)
    drawn = overlay.image.convertToFormat(overlay.image.Format.Format_ARGB32)
    red = [[drawn.pixel(x, y) == 0xFFFF0000 for x in range(53)] for y in range(37)]
    clear = [[drawn.pixel(x, y) == 0 for x in range(53)] for y in range(37)]
    assert np.array_equal(red, wanted)
    assert np.array_equal(clear, ~wanted)
    assert np.array_equal(overlay.mask(), wanted)


def test_the_border_runs_along_the_edges_of_pixels(qapp):
    layer = np.zeros((6, 8), np.uint8)
    layer[2:4, 3:6] = 1
    layer[0, 0] = 1
    overlay = Overlay(np.zeros((6, 8), np.uint8), layer)
    overlay.set_look(100, Look())
    edges = {line.toTuple() for line in overlay._pixel_edges(QRect(0, 0, 8, 6))}
    assert len(edges) == 2 * (2 + 3) + 4
    assert {(3, 2, 3, 3), (6, 3, 6, 4), (4, 2, 5, 2), (5, 4, 6, 4), (0, 0, 0, 1), (0, 0, 1, 0)} <= edges


def test_refresh_rewrites_only_its_rectangle(qapp):
    levels, layer = np.zeros((20, 30), np.uint8), np.zeros((20, 30), np.uint8)
    overlay = Overlay(levels, layer)
    overlay.set_look(100, Look())
    layer[:] = 1
    overlay.refresh(QRect(5, 4, 10, 6))
    assert overlay.mask().sum() == 60
    assert overlay.mask()[4:10, 5:15].all()
    overlay.refresh(QRect(-10, -10, 100, 100))
    assert overlay.mask().all()


def test_brush_size_grows_and_shrinks_within_its_bounds(qapp):
    tools = CanvasTools(radius=1.0)
    sizes = []
    tools.radius_changed.connect(sizes.append)
    for _ in range(60):
        tools.grow(1)
    assert tools.radius == 400.0
    for _ in range(80):
        tools.grow(-1)
    assert tools.radius == 0.5
    assert sizes[0] == 1.5
    assert all(abs(slider_value(radius_of(value)) - value) <= 1 for value in range(100, 201))
