"""The artifacts of compared runs: a file of two runs as a difference, a picture of all of them side by side."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QSlider,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from bakehouse.analysis.comparison import Comparison
from bakehouse.artifacts.comparing import RunFiles
from bakehouse.artifacts.series import member_step
from bakehouse.domain.errors import BakehouseError
from bakehouse.domain.natural import natural_key
from bakehouse.domain.text import counted, plain_tooltip, visible
from bakehouse.itemmodels.difference_table import DifferenceModel
from bakehouse.pages.runs.plots.compared_files import Compared, FileReading, at_step
from bakehouse.tasks import Lane, TaskRunner
from bakehouse.theme import GRID, ROW_HEIGHT, Theme
from bakehouse.widgets.artifact_places import ArtifactPlaces
from bakehouse.widgets.difference_view import DifferenceView
from bakehouse.widgets.labels import ElidedLabel, PlainLabel
from bakehouse.widgets.picture_view import PictureView
from bakehouse.widgets.preview_loading import Picture

_FILES, _SHOWN, _PLACES = "runs.compare_files", "runs.compare_file", "runs.compare_places"
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".svg", ".tif", ".tiff")
_PICTURES_AT_MOST = 12
_ACROSS = 3
_LEAST_PICTURE = 240


class ArtifactComparison(QDialog):
    """Owns what is read of the files of some runs and their models; gone when closed. GUI thread, files are read in
    tasks; another machine is asked only after the person agreed.
    """

    unified_chosen = Signal(bool)
    """Whether texts are shown as one column from now on."""

    def __init__(
        self, comparison: Comparison, reading: FileReading, tasks: TaskRunner, theme: Theme, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setObjectName("artifact_comparison")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint, True)
        self.setWindowTitle(f"Artifacts of {counted(len(comparison.run_ids), 'run')}")
        self._comparison, self._reading = comparison, reading
        self._tasks, self._theme = tasks, theme
        self._of_runs: list[RunFiles] = []
        self._path = ""
        self._steps: list[int] = []
        self._paths = QListWidget()
        self._paths.setObjectName("artifact_paths")
        self._paths.setAccessibleName("Files")
        self._difference = DifferenceModel(self)
        self._view = DifferenceView(self._difference, theme)
        self._left, self._right = self._chooser("left"), self._chooser("right")
        self._way = QComboBox()
        self._way.setObjectName("artifact_way")
        self._way.setAccessibleName("How texts are compared")
        self._way.addItems(["Side by side", "Unified"])
        self._places = ArtifactPlaces(tasks, _PLACES, self)
        self._places.set_locator(reading.locator)
        self._said = ElidedLabel("", "muted")
        self._said.setObjectName("artifact_said")
        self._lacking = ElidedLabel("", "muted")
        self._lacking.setObjectName("artifact_lacking")
        self._lacking.hide()
        self._message = PlainLabel("Looking for files…", "muted")
        self._message.setObjectName("artifact_message")
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._message.setWordWrap(True)
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setObjectName("artifact_step")
        self._slider.setAccessibleName("Step")
        self._step_text = PlainLabel("", "muted")
        self._pictures = QScrollArea()
        self._pictures.setWidgetResizable(True)
        self._pictures.setFrameShape(QScrollArea.Shape.NoFrame)
        self._lay_out()
        self._paths.currentItemChanged.connect(self._choose)
        self._slider.valueChanged.connect(self._show_pictures)
        self.finished.connect(self._stop)
        self.resize(1100, 720)
        self._way.activated.connect(self._choose_way)
        self._places.changed.connect(self._find)
        self._places.failed.connect(self._said.setText)
        self._find()

    def unify(self, on: bool) -> None:
        """Show texts as one column instead of side by side."""
        self._way.setCurrentIndex(int(on))
        self._difference.unify(on)

    def _choose_way(self, place: int) -> None:
        self.unify(bool(place))
        self.unified_chosen.emit(bool(place))

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._view.set_theme(theme)
        for picture in self._pictures.findChildren(PictureView):
            picture.set_theme(theme)

    def _chooser(self, side: str) -> QComboBox:
        box = QComboBox()
        box.setObjectName(f"artifact_{side}")
        box.setAccessibleName(f"Run on the {side}")
        for name in self._comparison.names:
            box.addItem(visible(name, 80))
        box.setCurrentIndex(0 if side == "left" else min(1, box.count() - 1))
        box.activated.connect(self._compare_texts)
        return box

    def _lay_out(self) -> None:
        texts = QWidget()
        sides = QHBoxLayout()
        sides.addWidget(self._left, 1)
        sides.addWidget(self._right, 1)
        sides.addWidget(self._way)
        column = QVBoxLayout(texts)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(sides)
        column.addWidget(self._view, 1)
        pictures = QWidget()
        steps = QHBoxLayout()
        steps.addWidget(self._step_text)
        steps.addWidget(self._slider, 1)
        column = QVBoxLayout(pictures)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(steps)
        column.addWidget(self._pictures, 1)
        self._stack = QStackedWidget()
        for part in (self._message, texts, pictures):
            self._stack.addWidget(part)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(GRID, 0, 0, 0)
        column.addWidget(self._lacking)
        column.addWidget(self._places)
        column.addWidget(self._said)
        column.addWidget(self._stack, 1)
        splitter = QSplitter()
        splitter.addWidget(self._paths)
        splitter.addWidget(right)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([260, 840])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        layout.addWidget(splitter)

    # Which files there are

    def _find(self) -> None:
        self._tasks.start(
            _FILES,
            partial(self._reading.find, self._comparison),
            done=self._show_files,
            failed=self._failed,
            lane=Lane.FILES,
            title="Finding files",
        )

    def _show_files(self, of_runs: list[RunFiles]) -> None:
        self._of_runs = of_runs
        self._places.forget()
        for location in (location for one in of_runs for location in one.lost):
            self._places.offer(location)
        paths = sorted({path for one in of_runs for path in one.files}, key=natural_key)
        # What several runs have can be compared; it stands first.
        paths.sort(key=lambda path: sum(path in one.files for one in of_runs) < 2)
        with QSignalBlocker(self._paths):
            self._paths.clear()
            for path in paths:
                self._paths.addItem(self._item(path))
        self._lacking.setText(self._missing())
        self._lacking.setVisible(bool(self._lacking.text()))
        if not paths:
            self._message.setText("No files of these runs are here.")
            self._stack.setCurrentIndex(0)
            return
        self._paths.setCurrentRow(paths.index(self._path) if self._path in paths else 0)

    def _item(self, path: str) -> QListWidgetItem:
        having, count = sum(path in one.files for one in self._of_runs), len(self._of_runs)
        words = visible(path, 200) + ("" if having == count else f"   {having} of {count} runs")
        item = QListWidgetItem(words)
        item.setData(Qt.ItemDataRole.UserRole, path)
        item.setSizeHint(QSize(0, ROW_HEIGHT))
        item.setToolTip(plain_tooltip(path))
        return item

    def _missing(self) -> str:
        """What is not among the files and why, runs with the same reason together."""
        reasons: dict[str, list[str]] = {}
        for name, one in zip(self._comparison.names, self._of_runs, strict=True):
            for notice in one.notices:
                reasons.setdefault(notice, []).append(visible(name, 60))
        return "; ".join(
            f"{names[0]}{f' and {len(names) - 1} more' if len(names) > 1 else ''}: {reason}"
            for reason, names in reasons.items()
        )

    def _choose(self, item: QListWidgetItem | None) -> None:
        if item is None:
            return
        self._path = item.data(Qt.ItemDataRole.UserRole)
        having = [place for place, one in enumerate(self._of_runs) if self._path in one.files]
        entries = [self._of_runs[place].files[self._path] for place in having]
        if entries[0].members or self._path.lower().endswith(_PICTURES):
            steps = {step[1] for entry in entries for one in entry.members if (step := member_step(one.name))}
            self._steps = sorted(steps)
            with QSignalBlocker(self._slider):
                self._slider.setRange(0, max(0, len(self._steps) - 1))
                self._slider.setValue(0)
            self._slider.setVisible(len(self._steps) > 1)
            self._show_pictures()
            return
        # The first two runs that have it, where those that are chosen do not both.
        if not {self._left.currentIndex(), self._right.currentIndex()} <= set(having) and len(having) > 1:
            self._left.setCurrentIndex(having[0])
            self._right.setCurrentIndex(having[1])
        self._compare_texts()

    # Texts

    def _compare_texts(self) -> None:
        sides = [self._of_runs[box.currentIndex()].files.get(self._path) for box in (self._left, self._right)]
        self._tasks.start(
            _SHOWN,
            partial(self._reading.compare, sides, [self._left.currentText(), self._right.currentText()]),
            done=self._show_difference,
            failed=self._failed,
            lane=Lane.FILES,
        )

    def _show_difference(self, compared: Compared) -> None:
        self._difference.show_difference(compared.difference)
        self._said.setText(compared.sentence)
        self._stack.setCurrentIndex(1)

    # Pictures

    def _show_pictures(self) -> None:
        step = self._steps[self._slider.value()] if self._steps else None
        self._step_text.setText("" if step is None else f"step {step:,}")
        entries = [at_step(one.files.get(self._path), step) for one in self._of_runs[:_PICTURES_AT_MOST]]
        self._tasks.start(
            _SHOWN,
            partial(self._reading.pictures, entries),
            done=self._show_read,
            failed=self._failed,
            lane=Lane.FILES,
        )

    def _show_read(self, pictures: list[Picture | str]) -> None:
        board = QWidget()
        grid = QGridLayout(board)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(2 * GRID)
        across = min(_ACROSS, max(1, len(pictures)))
        for place, (name, one) in enumerate(zip(self._comparison.names, pictures, strict=False)):
            cell = QVBoxLayout()
            cell.addWidget(ElidedLabel(visible(name, 120)))
            if isinstance(one, str):
                missing = PlainLabel(one, "muted")
                missing.setAlignment(Qt.AlignmentFlag.AlignCenter)
                missing.setWordWrap(True)
                missing.setMinimumHeight(_LEAST_PICTURE)
                cell.addWidget(missing, 1)
            else:
                view = PictureView(self._theme)
                view.setMinimumHeight(_LEAST_PICTURE)
                view.set_image(one.image, one.frames, one.delays_ms)
                cell.addWidget(view, 1)
            grid.addLayout(cell, place // across, place % across)
        self._pictures.setWidget(board)
        more = len(self._of_runs) - len(pictures)
        self._said.setText(f"the first {len(pictures)} runs; {more} more are not shown" if more > 0 else "")
        self._stack.setCurrentIndex(2)

    def _failed(self, error: BakehouseError) -> None:
        self._message.setText(str(error))
        self._stack.setCurrentIndex(0)

    def _stop(self) -> None:
        self._tasks.cancel(_FILES)
        self._tasks.cancel(_SHOWN)
        self._tasks.cancel(_PLACES)
