"""Colours and measures of the application: two themes, their palette and style, and where the choice comes from."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPalette

from bakehouse.resources import icon_path, resources_directory

if TYPE_CHECKING:
    from numpy.typing import NDArray

GRID = 8
ROW_HEIGHT = 27
HEADER_HEIGHT = 26
RAIL_WIDTH = 64
SIDEBAR_WIDTH = 232
INSPECTOR_WIDTH = 344
PALETTE_SIZE = 6

# Viridis at eleven even places (Smith and van der Walt, CC0); perceptually uniform and safe for colour-blind eyes.
_ORDERED = np.array(
    [
        (68, 1, 84), (72, 36, 117), (65, 68, 135), (53, 95, 141), (42, 120, 142), (33, 145, 140),
        (34, 168, 132), (68, 191, 112), (122, 209, 81), (189, 223, 38), (253, 231, 37),
    ],
    dtype=np.float64,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Theme:
    """One set of colours as `#rrggbb`; the tokens are those of the design page."""

    is_dark: bool
    window: str
    panel: str
    raised: str
    line: str
    text: str
    muted: str
    accent: str
    on_accent: str
    selection: str
    value_bar: str
    shade: str
    """The deepest shade behind a number that ranks high; lower ones let the ground through."""
    good: str
    bad: str
    warn: str
    runs: tuple[str, ...]
    """Categorical palette of runs (Okabe-Ito), at least 3:1 on the panel."""
    ordered_range: tuple[float, float]
    """The part of the ordered map that stays visible on the panel."""

    def color(self, token: str) -> QColor:
        """The colour called `token`."""
        return QColor(getattr(self, token))

    def run_color(self, run_id: str) -> QColor:
        """The colour of a run by itself: a hash of its id into the palette."""
        return QColor(self.runs[_hash_place(run_id)])

    def ordered_map(self, n: int = 256) -> NDArray[np.uint8]:
        """uint8[n, 3]: the one map for ordered values, low to high."""
        return _ordered_map(n, self.ordered_range)

    def palette(self) -> QPalette:
        """What Fusion draws with."""
        palette = QPalette()
        role = QPalette.ColorRole
        tokens = {
            role.Window: "window", role.WindowText: "text", role.Base: "panel", role.AlternateBase: "raised",
            role.Text: "text", role.Button: "raised", role.ButtonText: "text", role.BrightText: "bad",
            role.Highlight: "selection", role.HighlightedText: "text", role.ToolTipBase: "raised",
            role.ToolTipText: "text", role.PlaceholderText: "muted", role.Link: "accent", role.LinkVisited: "accent",
            role.Light: "panel", role.Midlight: "line", role.Mid: "line", role.Dark: "line", role.Shadow: "line",
            role.Accent: "accent",
        }  # fmt: skip
        for key, token in tokens.items():
            palette.setColor(key, self.color(token))
        for key in (role.WindowText, role.Text, role.ButtonText):
            faded = self.color("muted")
            faded.setAlpha(150)
            palette.setColor(QPalette.ColorGroup.Disabled, key, faded)
        return palette


class RunColors:
    """The colours of the chosen runs, one for table and plots: each by its hash, but apart from the others.

    Owned by the page of the selection, which calls `choose` before it tells its parts. GUI thread.
    """

    def __init__(self) -> None:
        self._places: dict[str, int] = {}

    def choose(self, run_ids: Sequence[str]) -> None:
        """These runs are shown together; one that was among them before keeps its colour."""
        kept = {run_id: self._places[run_id] for run_id in run_ids if run_id in self._places}
        uses = [0] * PALETTE_SIZE
        for place in kept.values():
            uses[place] += 1
        for run_id in run_ids:
            if run_id not in kept:
                first = _hash_place(run_id)
                place = min(range(PALETTE_SIZE), key=lambda p: (uses[p], (p - first) % PALETTE_SIZE))
                kept[run_id] = place
                uses[place] += 1
        self._places = kept

    def color(self, theme: Theme, run_id: str) -> QColor:
        """The colour of `run_id` in `theme`."""
        place = self._places.get(run_id)
        return theme.run_color(run_id) if place is None else QColor(theme.runs[place])


def _hash_place(run_id: str) -> int:
    return zlib.crc32(run_id.encode(errors="replace")) % PALETTE_SIZE


@lru_cache(maxsize=16)
def _ordered_map(n: int, part: tuple[float, float]) -> NDArray[np.uint8]:
    places = np.linspace(part[0], part[1], n) * (len(_ORDERED) - 1)
    low = np.minimum(places.astype(int), len(_ORDERED) - 2)
    share = (places - low)[:, None]
    colours: NDArray[np.uint8] = np.rint(_ORDERED[low] * (1 - share) + _ORDERED[low + 1] * share).astype(np.uint8)
    colours.setflags(write=False)
    return colours


LIGHT = Theme(
    is_dark=False, window="#f6f4f1", panel="#ffffff", raised="#fbfaf8", line="#e4dfd8", text="#211e1a",
    muted="#6b645b", accent="#a84a12", on_accent="#ffffff", selection="#fbeadd", value_bar="#efc9a8", shade="#a5cdea",
    good="#1c7c54", bad="#b3261e", warn="#8a5a00",
    runs=("#0072b2", "#d55e00", "#008f68", "#b8618f", "#b07a00", "#2f8fc4"), ordered_range=(0.0, 0.82),
)  # fmt: skip
DARK = Theme(
    is_dark=True, window="#171615", panel="#1f1e1c", raised="#262422", line="#37332f", text="#ece8e2",
    muted="#a79e93", accent="#f0a05a", on_accent="#1f1e1c", selection="#35281d", value_bar="#6b4526", shade="#1d5878",
    good="#5fc79a", bad="#ff8a80", warn="#e2b455",
    runs=("#3d9bd6", "#ee7a2c", "#22b88c", "#d68fb6", "#e6a820", "#6cc0ee"), ordered_range=(0.25, 1.0),
)  # fmt: skip


class ThemeSource(QObject):
    """The theme in force: the preference ("light", "dark") when set, then the desktop's scheme, then light.

    Made by the composition root after QGuiApplication; lives on the GUI thread.
    """

    changed = Signal(object)
    """The new Theme."""
    preference_changed = Signal()

    def __init__(self, preference: str = "", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._preference = preference
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow)
        self.theme = self._wanted()

    @property
    def preference(self) -> str:
        return self._preference

    def prefer(self, preference: str) -> None:
        """Choose "light", "dark" or "" (the desktop's)."""
        self._preference = preference
        self._follow()
        self.preference_changed.emit()

    def _wanted(self) -> Theme:
        if self._preference:
            return DARK if self._preference == "dark" else LIGHT
        dark = QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark
        return DARK if dark else LIGHT

    def _follow(self, _scheme: object = None) -> None:
        theme = self._wanted()
        if theme is not self.theme:
            self.theme = theme
            self.changed.emit(theme)


def style_sheet(theme: Theme) -> str:
    """The application's one style sheet, filled with the theme's colours."""
    values = {name: getattr(theme, name) for name in Theme.__slots__ if isinstance(getattr(theme, name), str)}
    suffix = "dark" if theme.is_dark else "light"
    for arrow in ("down", "right"):
        values[f"arrow_{arrow}"] = icon_path(f"chevron-{arrow}-{suffix}").as_posix()
    values["cross"] = icon_path(f"x-{suffix}").as_posix()
    values["check"] = icon_path(f"check-{suffix}").as_posix()
    text = (resources_directory() / "style.qss").read_text(encoding="utf-8")
    for name in sorted(values, key=len, reverse=True):
        text = text.replace(f"@{name}", values[name])
    return text
