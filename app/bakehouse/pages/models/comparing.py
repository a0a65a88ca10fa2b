"""Versions of a registered model side by side, in a window of its own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from bakehouse.analysis.comparison import Section
from bakehouse.analysis.version_comparison import version_id
from bakehouse.artifacts.listing import size_text
from bakehouse.domain.errors import BakehouseError
from bakehouse.domain.models import ModelVersion
from bakehouse.domain.text import counted, visible
from bakehouse.itemmodels.comparison_table import ComparisonModel
from bakehouse.pages.models.version_contents import VersionsRead, digest_files, read_versions
from bakehouse.pages.session import Session
from bakehouse.tasks import Lane
from bakehouse.theme import GRID, RunColors, Theme
from bakehouse.widgets.comparison_view import COLUMN_WIDTH, NAMES_WIDTH, ComparisonView
from bakehouse.widgets.labels import ElidedLabel, PlainLabel

_READ, _DIGEST = "models.compare", "models.compare_digests"
AT_MOST = 12
"""So many versions are compared."""
_AT_ONCE = 200_000_000
"""Bytes of files up to which digests are computed without being asked for."""
_NO_BASELINE = "no baseline"


class VersionComparison(QDialog):
    """Owns what is read of some versions; gone when closed. GUI thread, reads in tasks; writes nothing."""

    def __init__(self, versions: Sequence[ModelVersion], session: Session, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("version_comparison")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint, True)
        self._versions, self._session = list(versions[:AT_MOST]), session
        self._found: VersionsRead | None = None
        numbers = [one.version for one in self._versions]
        names = " and ".join(filter(None, (", ".join(map(str, numbers[:-1])), *map(str, numbers[-1:]))))
        title = f"{visible(versions[0].name, 80)}: versions {names}"
        self.setWindowTitle(title)
        self._title = ElidedLabel(title, "title")
        colors = RunColors()
        colors.choose([version_id(one) for one in self._versions])
        self.model = ComparisonModel(self)
        self.model.hold_against(version_id(self._versions[0]))
        self.view = ComparisonView(self.model, theme, colors)
        self._search = QLineEdit()
        self._search.setObjectName("version_compare_search")
        self._search.setAccessibleName("Find rows")
        self._search.setPlaceholderText("Find rows")
        self._search.setClearButtonEnabled(True)
        self._only = QCheckBox("Differences only")
        self._only.setObjectName("version_compare_differences")
        self._only.setChecked(True)
        self._against = QComboBox()
        self._against.setObjectName("version_compare_baseline")
        self._against.setAccessibleName("Version that the others are held against")
        for one in self._versions:
            self._against.addItem(f"Version {one.version}", version_id(one))
        self._against.addItem(_NO_BASELINE, None)
        self._status = ElidedLabel("", "muted")
        self._status.setObjectName("version_compare_status")
        self._digest = QPushButton("Compare files by digest")
        self._digest.setObjectName("version_compare_digest")
        self._digest.hide()
        self._stop = QPushButton("Stop")
        self._stop.hide()
        self._lay_out(len(versions))
        self._connect()
        self._read()

    def set_theme(self, theme: Theme) -> None:
        self.view.set_theme(theme)

    # Reading

    def _read(self) -> None:
        self._status.setText("Reading the versions, their runs and their folders…")
        work = partial(read_versions, self._session.store, self._session.locator, self._versions)
        self._session.tasks.start(_READ, work, done=self._show, failed=self._fail, title="Comparing versions")

    def _show(self, found: VersionsRead) -> None:
        self._found = found
        self.model.set_directions(found.directions or {})
        held = self._against.currentData()
        self.model.show_comparison(found.comparison)
        self.model.hold_against(held)
        self._say()
        if 0 < found.sizes <= _AT_ONCE:
            self._start_digest()

    def _start_digest(self) -> None:
        if self._found is None:
            return
        self._digest.hide()
        self._stop.show()
        work = partial(digest_files, self._session.locator, self._found)
        self._session.tasks.start(
            _DIGEST, work, done=self._digested, failed=self._fail, lane=Lane.WALK, title="Computing digests"
        )

    def _digested(self, found: VersionsRead) -> None:
        self._stop.hide()
        self._found = found
        self.model.show_comparison(found.comparison)
        self.model.hold_against(self._against.currentData())
        self._say()

    def _stop_digest(self) -> None:
        self._session.tasks.cancel(_DIGEST)
        self._stop.hide()
        self._say()

    def _fail(self, error: BakehouseError) -> None:
        self._stop.hide()
        self._status.setText(str(error))
        self._status.set_role("bad")

    def _tell_progress(self, slot: str, done: int, total: int, _text: str) -> None:
        if slot == _DIGEST and total and self._session.tasks.is_active(slot):
            self._status.setText(f"Computing digests: {size_text(done)} of {size_text(total)}")

    def _say(self) -> None:
        found = self._found
        if found is None:
            return
        matching, size = self.model.counts()
        words = [counted(size, "row") if matching == size else f"{matching:,} of {size:,} rows"]
        if found.sizes and not self._stop.isVisibleTo(self):
            words.append(f"files by size; {size_text(found.sizes)} to be read for their digests")
            self._digest.setVisible(found.sizes > _AT_ONCE)
        words += found.notices
        self._status.set_role("muted")
        self._status.setText(" · ".join(words))

    # Acting

    def _filter(self) -> None:
        self.model.filter(differing=self._only.isChecked(), words=self._search.text())
        self._say()

    def _hold(self, _place: int) -> None:
        self.model.hold_against(self._against.currentData())

    def _fold(self, row: int) -> None:
        self.model.fold(row)

    @override
    def done(self, result: int) -> None:
        for slot in (_READ, _DIGEST):
            self._session.tasks.cancel(slot)
        super().done(result)

    def _connect(self) -> None:
        self._search.textChanged.connect(self._filter)
        self._only.toggled.connect(self._filter)
        self._against.currentIndexChanged.connect(self._hold)
        self.view.section_pressed.connect(self._fold)
        self.view.run_clicked.connect(self._hold_clicked)
        self._digest.clicked.connect(self._start_digest)
        self._stop.clicked.connect(self._stop_digest)
        self._session.tasks.task_progressed.connect(self._tell_progress)

    def _hold_clicked(self, place: int) -> None:
        self._against.setCurrentIndex(place)

    def _lay_out(self, asked: int) -> None:
        tools = QHBoxLayout()
        tools.setSpacing(GRID)
        tools.addWidget(self._search, 1)
        tools.addWidget(self._only)
        tools.addWidget(PlainLabel("Held against", "muted"))
        tools.addWidget(self._against)
        head = QVBoxLayout()
        head.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 12)
        head.setSpacing(12)
        head.addWidget(self._title)
        if asked > AT_MOST:
            head.addWidget(PlainLabel(f"The first {AT_MOST} of {asked:,} versions selected.", "warn"))
        head.addLayout(tools)
        close = QPushButton("Close")
        close.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        foot.setSpacing(GRID)
        foot.addWidget(self._status, 1)
        for button in (self._digest, self._stop, close):
            button.setAutoDefault(False)
            foot.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.view, 1)
        column.addLayout(foot)
        self.model.show_sections(Section)
        self.resize(min(1400, max(760, NAMES_WIDTH + len(self._versions) * COLUMN_WIDTH + 24)), 760)
