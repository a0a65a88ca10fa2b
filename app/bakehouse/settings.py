"""What the application remembers for the person between sessions, typed."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QByteArray, QObject, QSettings, Signal

from bakehouse.places import config_directory

_RECENT_AT_MOST = 12
_FILTERS_AT_MOST = 50
_PLACES_AT_MOST = 40
_DRAFT_TEXTS = 3


class Settings(QObject):
    """The one settings file in the person's configuration folder, shared by all windows. GUI thread only.

    Made by the composition root.
    """

    times_changed = Signal()
    """How times are shown in tables."""
    filters_changed = Signal()
    recent_changed = Signal()
    """Another store stands in the recent list, or one less."""

    def __init__(self, path: Path | None = None) -> None:
        super().__init__()
        file = path or config_directory() / "bakehouse.ini"
        self._values = QSettings(str(file), QSettings.Format.IniFormat)

    @property
    def theme(self) -> str:
        """ "light", "dark" or "" for the desktop's."""
        value = str(self._values.value("theme", ""))
        return value if value in ("light", "dark") else ""

    @theme.setter
    def theme(self, value: str) -> None:
        self._values.setValue("theme", value)

    @property
    def recent(self) -> list[Path]:
        """Stores opened before, the last one first; they may be gone by now."""
        return [Path(text) for text in self._texts("recent")]

    def remember_store(self, path: Path) -> None:
        """Put `path` first in the recent list."""
        others = [other for other in self.recent if other != path]
        self._values.setValue("recent", [str(p) for p in [path, *others][:_RECENT_AT_MOST]])
        self.recent_changed.emit()

    def forget_store(self, path: Path) -> None:
        """Take `path` out of the recent list."""
        self._values.setValue("recent", [str(other) for other in self.recent if other != path])
        self.recent_changed.emit()

    def forget_stores(self) -> None:
        """Empty the recent list."""
        self._values.remove("recent")
        self.recent_changed.emit()

    @property
    def reopens_last_store(self) -> bool:
        """Whether a start without a store opens the one opened last."""
        return self.flag("reopens_last_store", False)

    @reopens_last_store.setter
    def reopens_last_store(self, value: bool) -> None:
        self.remember_flag("reopens_last_store", value)

    @property
    def relative_times(self) -> bool:
        """Whether tables say how long ago something was, instead of date and time."""
        return self.flag("relative_times", True)

    @relative_times.setter
    def relative_times(self, value: bool) -> None:
        self.remember_flag("relative_times", value)
        self.times_changed.emit()

    @property
    def second_store_in_new_window(self) -> bool:
        """Whether a store that another program hands over gets a window of its own while another one is open."""
        return self.flag("second_store_in_new_window", True)

    @second_store_in_new_window.setter
    def second_store_in_new_window(self, value: bool) -> None:
        self.remember_flag("second_store_in_new_window", value)

    @property
    def filters(self) -> list[str]:
        """Filters of runs used before, in whatever store, the last one first."""
        return self._texts("filters")

    def remember_filter(self, text: str) -> None:
        """Put `text` first among the filters."""
        others = [other for other in self.filters if other != text]
        self._values.setValue("filters", [text, *others][:_FILTERS_AT_MOST])
        self.filters_changed.emit()

    def forget_filters(self) -> None:
        """Empty the list of filters."""
        self._values.remove("filters")
        self.filters_changed.emit()

    @property
    def recent_places(self) -> list[str]:
        """Keys of what the palette led to, in whatever store, the last one first."""
        return self._texts("recent_places")

    def remember_place(self, key: str) -> None:
        """Put `key` first among them."""
        others = [other for other in self.recent_places if other != key]
        self._values.setValue("recent_places", [key, *others][:_PLACES_AT_MOST])

    def forget_places(self) -> None:
        """Empty the list of what the palette led to."""
        self._values.remove("recent_places")

    def pins(self, store: Path) -> list[int]:
        """Ids of the experiments of `store` that the person keeps at the top."""
        return [int(text) for text in self._texts(_of(store, "pins")) if text.lstrip("-").isdigit()]

    def remember_pins(self, store: Path, experiment_ids: list[int]) -> None:
        self._values.setValue(_of(store, "pins"), [str(number) for number in experiment_ids])

    def version_metrics(self, store: Path) -> list[str] | None:
        """The metrics that versions of models in `store` are shown with; None while the person has chosen none."""
        name = _of(store, "version_metrics")
        return [text for text in self._texts(name) if text] if self._values.contains(name) else None

    def remember_version_metrics(self, store: Path, names: list[str]) -> None:
        # An empty list would come back as nothing at all.
        self._values.setValue(_of(store, "version_metrics"), names or [""])

    def note_drafts(self, store: Path) -> dict[str, tuple[str, str, str]]:
        """Notes of runs of `store` that were not saved: run id → (the run's name, the note before, the draft)."""
        try:
            value = json.loads(str(self._values.value(_of(store, "drafts"), "{}")))
        except ValueError:
            return {}
        found = value.items() if isinstance(value, dict) else ()
        return {
            run_id: (str(texts[0]), str(texts[1]), str(texts[2]))
            for run_id, texts in found
            if isinstance(texts, list) and len(texts) == _DRAFT_TEXTS
        }

    def remember_note_drafts(self, store: Path, drafts: Mapping[str, tuple[str, str, str]]) -> None:
        if drafts:
            self._values.setValue(_of(store, "drafts"), json.dumps(drafts))
        else:
            self._values.remove(_of(store, "drafts"))

    def _texts(self, name: str) -> list[str]:
        value = self._values.value(name, [])
        # A list of one text comes back as that text.
        texts = [value] if isinstance(value, str) else value
        return [str(text) for text in texts] if isinstance(texts, list) else []

    def layout(self, name: str) -> QByteArray | None:
        """The remembered state of the window or splitter called `name`."""
        value = self._values.value(f"layout/{name}")
        return value if isinstance(value, QByteArray) else None

    def remember_layout(self, name: str, state: QByteArray) -> None:
        self._values.setValue(f"layout/{name}", state)

    def flag(self, name: str, default: bool) -> bool:
        """A remembered yes or no."""
        return str(self._values.value(f"flags/{name}", default)).lower() == "true"

    def remember_flag(self, name: str, value: bool) -> None:
        self._values.setValue(f"flags/{name}", value)

    def save(self) -> None:
        """Write what is not yet on disk."""
        self._values.sync()


def _of(store: Path, what: str) -> str:
    # A path may hold what divides the file's keys.
    return f"{what}/{hashlib.sha256(os.fsencode(store)).hexdigest()[:16]}"
