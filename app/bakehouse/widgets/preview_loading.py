"""Reads one file for the preview and makes ready whatever costs time: pictures decoded, code coloured."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QImageReader, QPainter
from PySide6.QtSvg import QSvgRenderer

from bakehouse.artifacts.languages import Span, coloured_lines
from bakehouse.artifacts.listing import Entry
from bakehouse.artifacts.preview_kinds import (
    FactsPreview,
    ImagePreview,
    MarkdownPreview,
    ModelCard,
    OutlinePreview,
    PagePreview,
    Places,
    TextPreview,
)
from bakehouse.artifacts.previews import read_preview
from bakehouse.artifacts.protection import Guard
from bakehouse.artifacts.series import read_member
from bakehouse.artifacts.tables import TablePreview
from bakehouse.domain.cancellation import Token

_LARGEST_SIDE = 2048
_LARGEST_DRAWING = 1600
_MOST_FRAMES = 300
_FRAME_MEMORY = 96_000_000
_SHORTEST_MS = 20
_USUAL_MS = 100


@dataclass(frozen=True)
class Picture:
    """A decoded picture, at most 2,048 pixels on its longer side; `notice` states its real size.

    `frames` are those of an animation with `delays_ms` between them, empty for a still one.
    """

    image: QImage
    notice: str
    frames: tuple[QImage, ...] = ()
    delays_ms: tuple[int, ...] = ()
    source: TextPreview | None = None
    places: Places | None = None


Shown = TextPreview | MarkdownPreview | OutlinePreview | TablePreview | FactsPreview | ModelCard | Picture


@dataclass(frozen=True)
class Loaded:
    """What a preview shows, and for each line of its text the pieces to be coloured."""

    shown: Shown
    colours: list[list[Span]] = field(default_factory=list)


def load_preview(entry: Entry, guard: Guard | None, token: Token, place: int = 0) -> Loaded:
    """Read and make ready one file, or the member `place` of a series; for a worker thread.

    Raises ArtifactError, Cancelled.
    """
    if entry.members:
        preview, places = read_member(entry, place, token, guard)
    else:
        preview, places = read_preview(entry, token, guard=guard, place=place), None
    shown: Shown
    if isinstance(preview, ImagePreview):
        shown = decoded_picture(preview, token, places)
    elif isinstance(preview, PagePreview):
        shown = _page_picture(preview)
    else:
        shown = preview
    token.check()
    source = source_text(shown)
    return Loaded(shown, coloured_lines(source.text, source.language, token) if source is not None else [])


def source_text(shown: Shown) -> TextPreview | None:
    """The text behind what is shown, when it has one."""
    if isinstance(shown, TextPreview):
        return shown
    return None if isinstance(shown, TablePreview | FactsPreview) else shown.source


def decoded_picture(preview: ImagePreview, token: Token, places: Places | None = None) -> Picture | FactsPreview:
    """The picture behind the bytes; facts when Qt cannot read it. QtGui only, so any thread may call it."""
    if preview.format == "SVG":
        return _drawing(preview)
    data = QByteArray(preview.data)
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(preview.format.lower().encode()))
    reader.setAutoTransform(True)
    stated = QSize(preview.width, preview.height)
    if max(preview.width, preview.height) > _LARGEST_SIDE:
        side = QSize(_LARGEST_SIDE, _LARGEST_SIDE)
        reader.setScaledSize(stated.scaled(side, Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1)))
    image = reader.read()
    frames, delays = _frames(reader, image, token) if not image.isNull() else ((), ())
    buffer.close()
    if image.isNull():
        facts = (("Type", f"{preview.format} image"), ("Pixels", preview.notice))
        return FactsPreview("This picture cannot be read; it is damaged or cut short.", facts)
    notice = preview.notice
    if frames:
        notice += f", {len(frames)} frames" if len(frames) < _MOST_FRAMES else f", first {len(frames)} frames"
    return Picture(image, notice, frames, delays, None, places)


def _frames(reader: QImageReader, first: QImage, token: Token) -> tuple[tuple[QImage, ...], tuple[int, ...]]:
    """All frames of an animation, within 300 frames and 96 MB; none for a still picture."""
    if not reader.supportsAnimation():
        return (), ()
    frames, delays = [first], [reader.nextImageDelay()]
    room = _FRAME_MEMORY - first.sizeInBytes()
    while len(frames) < _MOST_FRAMES and room > 0 and reader.canRead():
        token.check()
        frame = reader.read()
        if frame.isNull():
            break
        room -= frame.sizeInBytes()
        frames.append(frame)
        delays.append(reader.nextImageDelay())
    if len(frames) < 2:
        return (), ()
    return tuple(frames), tuple(delay if delay >= _SHORTEST_MS else _USUAL_MS for delay in delays)


def _drawing(preview: ImagePreview) -> Picture | FactsPreview:
    """A cleaned SVG drawn on white, for most are made for paper."""
    renderer = QSvgRenderer(QByteArray(preview.data))
    if not renderer.isValid():
        return FactsPreview("This drawing cannot be read; it is damaged or cut short.", (("Type", "SVG image"),))
    scale = min(2.0, _LARGEST_DRAWING / max(preview.width, preview.height))
    size = QSize(max(1, round(preview.width * scale)), max(1, round(preview.height * scale)))
    image = QImage(size, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter, QRectF(0, 0, size.width(), size.height()))
    painter.end()
    return Picture(image, preview.notice, source=preview.source)


def _page_picture(page: PagePreview) -> Picture:
    image = QImage(page.pixels, page.width, page.height, page.stride, QImage.Format.Format_RGB32).copy()
    return Picture(image, page.notice, places=page.places)
