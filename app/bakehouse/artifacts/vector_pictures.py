"""SVG pictures cleaned of whatever leads out of the file, runs, or would be drawn without end."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from bakehouse.domain.cancellation import Token

SVG_LIMIT = 4_000_000
MOST_ELEMENTS = 50_000
_DEEPEST = 200
_PIECE = 65_536
_FIRST_SIZE = 800.0

_DROPPED = frozenset({"script", "foreignobject", "iframe", "audio", "video", "handler", "listener", "set"})
_DATA = re.compile(r"data:image/(png|jpe?g|gif|webp);base64,", re.IGNORECASE)
_OUTWARD = re.compile(r"url\(\s*['\"]?\s*(?!#)[^)]*\)|@import[^;]*;?", re.IGNORECASE)
_LENGTH = re.compile(r"\s*([0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]+)?)\s*(px|pt|pc|mm|cm|in)?\s*$")
_UNITS = {"": 1.0, "px": 1.0, "pt": 4 / 3, "pc": 16.0, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0}


@dataclass(frozen=True, slots=True)
class CleanPicture:
    """The picture without what was left out (`left_out` counts that), and the size it asks for in pixels."""

    data: bytes
    width: int
    height: int
    left_out: int


class UnsafePicture(ValueError):
    """The SVG is not drawn; `str(error)` says why."""


@dataclass(slots=True)
class _Cleaning:
    pieces: list[str] = field(default_factory=list)
    left_out: int = 0
    elements: int = 0
    size: tuple[float, float] | None = None
    _depth: int = 0
    _skipping: int = 0
    _style: int = 0
    _open: list[str] = field(default_factory=list)
    _owners: list[str] = field(default_factory=list)
    _weights: dict[str, list[str | int]] = field(default_factory=dict)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self.elements += 1
        if self.elements > MOST_ELEMENTS or self._depth > _DEEPEST:
            raise UnsafePicture("This drawing has more parts than are drawn here.")
        local = name.rpartition(":")[2].lower()
        if self._depth == 1:
            if local != "svg":
                raise UnsafePicture("This is no SVG picture.")
            self.size = _size(attributes)
        if self._skipping or local in _DROPPED:
            self.left_out += not self._skipping
            self._skipping += 1
            return
        kept = {key: value for key, value in attributes.items() if self._keeps(key, value)}
        self._weigh(kept)
        self._style += local == "style"
        self._open.append(name)
        text = "".join(f" {key}={quoteattr(value)}" for key, value in kept.items())
        self.pieces.append(f"<{name}{text}>")

    def end(self, name: str) -> None:
        self._depth -= 1
        if self._skipping:
            self._skipping -= 1
            return
        self._style -= name.rpartition(":")[2].lower() == "style"
        self._open.pop()
        if self._owners:
            self._owners.pop()
        self.pieces.append(f"</{name}>")

    def text(self, data: str) -> None:
        if self._skipping:
            return
        if self._style:
            data, count = _OUTWARD.subn("", data)
            self.left_out += count
        self.pieces.append(escape(data))

    def refuse(self, *_: object) -> None:
        raise UnsafePicture("This drawing defines names of its own that could grow without end; it is not drawn.")

    def _keeps(self, key: str, value: str) -> bool:
        local = key.rpartition(":")[2].lower()
        if local.startswith("on"):
            is_safe = False
        elif local in ("href", "src"):
            is_safe = value.startswith("#") or _DATA.match(value) is not None
        elif local == "base":
            is_safe = False
        else:
            is_safe = _OUTWARD.search(value) is None
        self.left_out += not is_safe
        return is_safe

    def _weigh(self, attributes: dict[str, str]) -> None:
        """Note what each named part holds and uses, for `<use>` of `<use>` multiplies."""
        owner = attributes.get("id") or (self._owners[-1] if self._owners else "")
        self._owners.append(owner)
        holds = self._weights.setdefault(owner, [])
        if owner and attributes.get("id") and len(self._owners) > 1:
            self._weights.setdefault(self._owners[-2], []).append(owner)
        holds.append(1)
        for key, value in attributes.items():
            if key.rpartition(":")[2].lower() == "href" and value.startswith("#"):
                holds.append(value[1:])
            holds.extend(re.findall(r"url\(\s*['\"]?#([^)'\"]+)", value)[:8])

    def drawn(self) -> int:
        """How many parts are drawn with every use carried out; a circle counts as endless."""
        known: dict[str, int] = {}
        waiting: set[str] = set()

        def weight(name: str) -> int:
            if name in known:
                return known[name]
            if name in waiting or len(waiting) > _DEEPEST:
                return 10 * MOST_ELEMENTS
            waiting.add(name)
            total = 0
            for part in self._weights.get(name, []):
                total += part if isinstance(part, int) else weight(part)
                if total > MOST_ELEMENTS:
                    break
            waiting.discard(name)
            known[name] = total
            return total

        return weight("")


def clean_picture(data: bytes, token: Token) -> CleanPicture:
    """An SVG that refers to nothing outside itself. Raises UnsafePicture, Cancelled.

    QtSvg reads local files that an image names, so nothing of the kind may reach it.
    """
    cleaning = _Cleaning()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = cleaning.start
    parser.EndElementHandler = cleaning.end
    parser.CharacterDataHandler = cleaning.text
    parser.EntityDeclHandler = cleaning.refuse
    try:
        for at in range(0, len(data), _PIECE):
            token.check()
            parser.Parse(data[at : at + _PIECE], False)
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError) as error:
        raise UnsafePicture("This drawing is damaged or cut short.") from error
    if cleaning.drawn() > MOST_ELEMENTS:
        raise UnsafePicture("This drawing repeats its parts without end; it is not drawn.")
    width, height = cleaning.size or (_FIRST_SIZE, _FIRST_SIZE)
    text = '<?xml version="1.0" encoding="UTF-8"?>' + "".join(cleaning.pieces)
    return CleanPicture(text.encode("utf-8", "replace"), round(width), round(height), cleaning.left_out)


def _size(attributes: dict[str, str]) -> tuple[float, float]:
    """Width and height in pixels, from the attributes or the view box, within 1 and 20,000."""
    box = [float(part) for part in re.split(r"[\s,]+", attributes.get("viewBox", "").strip()) if _LENGTH.match(part)]
    around = (box[2], box[3]) if len(box) == 4 and box[2] > 0 and box[3] > 0 else (_FIRST_SIZE, _FIRST_SIZE)
    width, height = _pixels(attributes.get("width", "")), _pixels(attributes.get("height", ""))
    if width and not height:
        height = width * around[1] / around[0]
    elif height and not width:
        width = height * around[0] / around[1]
    elif not width:
        width, height = around
    return min(max(width, 1.0), 20_000.0), min(max(height, 1.0), 20_000.0)


def _pixels(text: str) -> float:
    found = _LENGTH.match(text)
    return float(found[1]) * _UNITS[found[2] or ""] if found else 0.0
