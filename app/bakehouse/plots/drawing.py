"""What a plot shows as a picture of its own: PNG at twice the pixels, SVG or PDF."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QPoint, QPointF, QRect, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QImageWriter, QPageSize, QPaintEngine, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from bakehouse.domain.errors import ExportError
from bakehouse.theme import Theme

_IMAGE = re.compile(rb'(<image\b[^>]*;base64,)[^"]*(")')

RATIO = 2.0
"""Pixels of a picture for each logical one."""


class PictureKind(Enum):
    """One way to write a picture; the value is the ending of its files without the dot."""

    PNG = "png"
    SVG = "svg"
    PDF = "pdf"

    @property
    def ending(self) -> str:
        return f".{self.value}"


@dataclass(frozen=True, slots=True)
class Drawing:
    """What can be painted: `size` in logical pixels, `paint(painter, theme, ratio)` for the GUI thread.

    `paint` finds the panel's ground painted already; `ratio` says how many pixels of the device a logical one has.
    `prepare(theme, ready)`, where there is one, does in turns of the event loop what takes long, for one `paint` in
    that theme, and calls `ready` then. With `in_task` any thread may `paint` what is prepared: it touches no widget.
    """

    size: QSize
    paint: Callable[[QPainter, Theme, float], None]
    prepare: Callable[[Theme, Callable[[], None]], None] | None = None
    in_task: bool = False
    cloud: Callable[[], QImage | None] | None = None
    """After a `paint` for SVG: the image that `paint_stand_in` stands for, None when there was none."""

    def when_ready(self, theme: Theme, then: Callable[[], None]) -> None:
        """Call `then` when `paint` will be quick: at once or later."""
        if self.prepare is None:
            then()
        else:
            self.prepare(theme, then)


def is_vector(painter: QPainter) -> bool:
    """Whether the painter writes shapes (SVG, PDF) instead of pixels."""
    engine = painter.paintEngine()
    return engine is not None and engine.type() in (QPaintEngine.Type.SVG, QPaintEngine.Type.Pdf)


def is_svg(painter: QPainter) -> bool:
    """Whether the painter writes an SVG file."""
    engine = painter.paintEngine()
    return engine is not None and engine.type() == QPaintEngine.Type.SVG


def picture_kind(path: Path) -> PictureKind:
    """The kind that the ending of `path` names. Raises ExportError when it is none of them."""
    for kind in PictureKind:
        if path.suffix.lower() == kind.ending:
            return kind
    known = ", ".join(kind.ending for kind in PictureKind)
    raise ExportError(f"A picture's name ends in one of {known}; the ending says what is written.")


def drawn_image(drawing: Drawing, theme: Theme) -> QImage:
    """The drawing at RATIO pixels a logical one; GUI thread."""
    image = QImage(drawing.size * RATIO, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(RATIO)
    painter = QPainter(image)
    _paint(drawing, painter, theme)
    painter.end()
    return image


def png_bytes(image: QImage) -> bytes:
    """`image` as a PNG file; takes a tenth of a second for a large one, so it is for a worker thread."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not QImageWriter(buffer, QByteArray(b"png")).write(image):
        raise ExportError("The picture could not be written as PNG.")
    return bytes(buffer.data().data())


def svg_bytes(drawing: Drawing, theme: Theme, title: str) -> bytes:
    """The drawing as an SVG file: lines and texts stay such, clouds of very many runs are images in it. GUI thread,
    or a task for a drawing that may be painted there: such an image takes half a second to be written.
    """
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    # Version 1.1 can cut off what lies outside a plot; Tiny, which is the default, cannot.
    generator = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)
    generator.setOutputDevice(buffer)
    generator.setResolution(_dots_per_inch())
    generator.setSize(drawing.size)
    generator.setViewBox(_box(drawing))
    generator.setTitle(title)
    generator.setDescription("Made by Bakehouse")
    painter = QPainter(generator)
    _paint(drawing, painter, theme)
    painter.end()
    written = bytes(buffer.data().data())
    cloud = drawing.cloud() if drawing.cloud is not None else None
    return written if cloud is None else _IMAGE.sub(_Encoded(cloud), written, count=1)


def paint_stand_in(painter: QPainter, size: QSizeF) -> None:
    """In an SVG file, one pixel where an image of that size will lie: painting the image itself would stop every other
    thread while it is compressed.
    """
    pixel = QImage(1, 1, QImage.Format.Format_ARGB32_Premultiplied)
    pixel.fill(Qt.GlobalColor.transparent)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)  # what shows it shall not drop pixels
    painter.drawImage(QRectF(QPointF(0, 0), size), pixel)


class _Encoded:
    """The image element of an SVG file with this image in it."""

    def __init__(self, image: QImage) -> None:
        self._data = b64encode(png_bytes(image))

    def __call__(self, element: re.Match[bytes]) -> bytes:
        return element[1] + self._data + element[2]


def pdf_bytes(drawing: Drawing, theme: Theme, title: str) -> bytes:
    """The drawing as a PDF file of one page of its size; for threads as `svg_bytes`."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    dots = _dots_per_inch()
    writer = QPdfWriter(buffer)
    writer.setTitle(title)
    writer.setCreator("Bakehouse")
    writer.setResolution(dots)
    points = QSizeF(drawing.size) * (72.0 / dots)
    writer.setPageSize(QPageSize(points, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    painter = QPainter(writer)
    _paint(drawing, painter, theme)
    painter.end()
    return bytes(buffer.data().data())


def _paint(drawing: Drawing, painter: QPainter, theme: Theme) -> None:
    painter.setFont(QGuiApplication.font())
    painter.fillRect(_box(drawing), theme.color("panel"))
    painter.setClipRect(_box(drawing))
    drawing.paint(painter, theme, RATIO)


def _box(drawing: Drawing) -> QRect:
    return QRect(QPoint(0, 0), drawing.size)


def _dots_per_inch() -> int:
    """As the screen's fonts are measured, so that texts fill the room that was laid out for them."""
    screen = QGuiApplication.primaryScreen()
    return round(screen.logicalDotsPerInch()) if screen is not None else 96
