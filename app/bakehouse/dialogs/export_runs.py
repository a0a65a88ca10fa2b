"""The question of an export: which runs, which columns or histories, in which format; with its first rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QTableView,
    QWidget,
)

from bakehouse.analysis.columns import Ints
from bakehouse.analysis.frame import RunFrame
from bakehouse.artifacts.tables import TablePreview
from bakehouse.dialogs.question import QuestionDialog
from bakehouse.domain.columns import ColumnKey, ColumnKind
from bakehouse.domain.errors import BakehouseError
from bakehouse.domain.text import counted
from bakehouse.exports.formats import Format
from bakehouse.exports.history_tables import Shape
from bakehouse.exports.requests import PREVIEW_ROWS, ExportRequest
from bakehouse.exports.run_tables import RunRows
from bakehouse.itemmodels.preview_table import PreviewTableModel
from bakehouse.theme import GRID, ROW_HEIGHT, Theme
from bakehouse.widgets.column_chooser import ColumnChooser
from bakehouse.widgets.labels import PlainLabel

_WIDTH = 760
_LABEL_WIDTH = 88
_CELL_WIDTHS = (56, 220)

_SHAPES = (
    (Shape.LONG, "Long: one row for each point"),
    (Shape.STEPS, "Wide: one row for each run and step, a column for each metric"),
    (Shape.RUNS, "Wide: one row for each step, a column for each run"),
)
_SAFE_SAID = (
    "Puts an apostrophe before texts that begin with = + - @, so that no spreadsheet runs them as a formula. "
    "Numbers stay as they are."
)


@dataclass(frozen=True)
class ExportOffer:
    """What can be exported: the frame, its rows in the order of the table by how they are called, and columns."""

    frame: RunFrame
    runs: Mapping[str, Ints]
    """Words such as "Visible runs" → int32[k]; the first is offered first."""
    shown: Sequence[ColumnKey]
    every: Sequence[ColumnKey]

    @property
    def metrics(self) -> list[ColumnKey]:
        """The metrics that have histories."""
        return [key for key in self.every if key.kind is ColumnKind.METRIC and not key.figure]


class ExportRunsDialog(QuestionDialog):
    """Says live what will be written; `decided` carries an ExportRequest. GUI thread."""

    preview_wanted = Signal(object)
    """The ExportRequest whose first rows shall be shown; answered by `show_preview` or `show_failure`."""

    def __init__(self, offer: ExportOffer, theme: Theme, kind: Format, parent: QWidget | None = None) -> None:
        super().__init__("export_runs", "Export", "export", parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(_WIDTH)
        self._offer = offer
        self._chosen: list[ColumnKey] = list(offer.shown)
        self._metrics: list[ColumnKey] = [key for key in offer.shown if key in offer.metrics] or offer.metrics[:1]
        self._what = _choice("export_what", "What to export", ("Runs: one row each, latest values", "Metric histories"))
        if not offer.metrics:
            self._what.setEnabled(False)
            self._what.setToolTip("None of these runs has a metric.")
        self._runs = _choice("export_which", "Runs", [f"{words} ({len(rows):,})" for words, rows in offer.runs.items()])
        self._columns = _choice(
            "export_columns",
            "Columns",
            (f"Shown, in their order ({len(offer.shown):,})", f"All ({len(offer.every):,})", ""),
        )
        self._shape = _choice("export_shape", "Shape", [words for _, words in _SHAPES])
        self._kind = _choice("export_format", "Format", [one.title for one in Format])
        self._kind.setCurrentIndex(list(Format).index(kind))
        self._safe = QCheckBox("Safe for spreadsheets")
        self._safe.setObjectName("export_safe")
        self._safe.setChecked(True)
        self._safe_said = PlainLabel(_SAFE_SAID, "muted")
        self._safe_said.setWordWrap(True)
        self._choose = _button("choose_columns", "Choose columns")
        self._choose_metrics = _button("choose_metrics", "Choose metrics")
        self._chooser = ColumnChooser(theme, self)
        self._metric_chooser = ColumnChooser(theme, self)
        self._metric_chooser.setObjectName("metric_chooser")
        self._labels: dict[str, PlainLabel] = {}
        self._table = _preview_table()
        self._preview_said = PlainLabel("", "muted")
        self._preview_said.setWordWrap(True)
        self._preview_said.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._model: PreviewTableModel | None = None
        self.button.setText("Export…")
        self._lay_out()
        self._connect()
        self._name_choices()
        self._say()

    @property
    def request(self) -> ExportRequest:
        """What the answers given so far ask for."""
        histories = self._what.currentIndex() == 1
        offer, place = self._offer, self._columns.currentIndex()
        keys = (offer.shown, offer.every, self._chosen)[place]
        rows = list(offer.runs.values())[self._runs.currentIndex()]
        return ExportRequest(
            RunRows.of_frame(offer.frame, rows, [] if histories else list(keys)),
            tuple(keys),
            histories,
            tuple(key.name for key in self._metrics),
            _SHAPES[self._shape.currentIndex()][0],
            list(Format)[self._kind.currentIndex()],
            self._safe.isChecked(),
        )

    def show_preview(self, preview: TablePreview) -> None:
        """Show the first rows."""
        if not preview.rows:
            self._say_instead("None of these runs has a value in it.")
            return
        old, self._model = self._model, PreviewTableModel(preview, self)
        self._table.setModel(self._model)
        if old is not None:
            old.deleteLater()
        header = self._table.horizontalHeader()
        header.setSelectionModel(QItemSelectionModel(self._model, header))
        metrics = self._table.fontMetrics()
        for column, name in enumerate(preview.columns):
            longest = max((name, *(row[column] for row in preview.rows)), key=len)
            least, most = _CELL_WIDTHS
            self._table.setColumnWidth(column, min(max(metrics.horizontalAdvance(longest) + 3 * GRID, least), most))
        self._preview.setCurrentWidget(self._table)

    def show_failure(self, error: BakehouseError) -> None:
        """Say why there are no first rows."""
        self._say_instead(str(error))

    def _lay_out(self) -> None:
        form = QWidget()
        grid = QGridLayout(form)
        grid.setContentsMargins(0, GRID, 0, 0)
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(GRID)
        grid.setColumnMinimumWidth(0, _LABEL_WIDTH)
        grid.setColumnStretch(1, 1)
        self._what_chosen = _beside(self._columns, self._choose)
        self._metrics_chosen = _beside(self._choose_metrics)
        rows: tuple[tuple[str, QWidget], ...] = (
            ("Export", self._what), ("Runs", self._runs), ("Columns", self._what_chosen),
            ("Metrics", self._metrics_chosen), ("Shape", self._shape), ("Format", self._kind),
        )  # fmt: skip
        for row, (words, widget) in enumerate(rows):
            self._labels[words] = PlainLabel(words, "muted")
            grid.addWidget(self._labels[words], row, 0)
            grid.addWidget(widget, row, 1)
        grid.addWidget(self._safe, len(rows), 1)
        grid.addWidget(self._safe_said, len(rows) + 1, 1)
        self._preview = QStackedWidget()
        self._preview.setFixedHeight((PREVIEW_ROWS + 2) * ROW_HEIGHT)
        self._preview.addWidget(self._preview_said)
        self._preview.addWidget(self._table)
        self.lay_out((PlainLabel("Export", "title"), form), (("FIRST ROWS", (self._preview,)),))

    def _connect(self) -> None:
        for choice in (self._what, self._runs, self._columns, self._shape, self._kind):
            choice.currentIndexChanged.connect(self._say)
        self._safe.toggled.connect(self._say)
        self._choose.clicked.connect(self._open_chooser)
        self._choose_metrics.clicked.connect(self._open_metric_chooser)
        self._chooser.columns_chosen.connect(self._columns_chosen)
        self._metric_chooser.columns_chosen.connect(self._metrics_were_chosen)
        self.button.clicked.connect(self._decide)

    def _open_chooser(self) -> None:
        offer = self._offer
        start = list(offer.every if self._columns.currentIndex() == 1 else self._chosen)
        self._chooser.open_below(self._choose, offer.every, start, offer.shown, offer.frame)

    def _open_metric_chooser(self) -> None:
        offer = self._offer
        self._metric_chooser.open_below(
            self._choose_metrics, offer.metrics, self._metrics, offer.metrics[:1], offer.frame
        )

    def _columns_chosen(self, keys: Sequence[ColumnKey]) -> None:
        self._chosen = list(keys)
        self._name_choices()
        self._columns.setCurrentIndex(2)
        self._say()

    def _metrics_were_chosen(self, keys: Sequence[ColumnKey]) -> None:
        self._metrics = list(keys)
        self._name_choices()
        self._say()

    def _name_choices(self) -> None:
        self._columns.setItemText(2, f"Chosen ({len(self._chosen):,})")
        names = ", ".join(key.name for key in self._metrics[:3]) + (", …" if len(self._metrics) > 3 else "")
        count = counted(len(self._metrics), "metric")
        self._choose_metrics.setText(f"{count}: {names}".replace("&", "&&")[:90] if names else "Choose…")

    def _say(self) -> None:
        request = self.request
        for words, widget, is_shown in (
            ("Columns", self._what_chosen, not request.histories),
            ("Metrics", self._metrics_chosen, request.histories),
            ("Shape", self._shape, request.histories),
        ):
            self._labels[words].setVisible(is_shown)
            widget.setVisible(is_shown)
        for part in (self._safe, self._safe_said):
            part.setEnabled(request.kind.is_separated)
        problem, warning = request.problem, request.warning
        self.say(
            problem or (f"{request.sentence} {warning}" if warning else request.sentence),
            is_problem=bool(problem),
            allowed=not problem,
        )
        if problem and (not len(request.runs.rows) or not (request.metrics if request.histories else request.keys)):
            self._say_instead("")
        else:
            self.preview_wanted.emit(request)

    def _say_instead(self, sentence: str) -> None:
        self._preview_said.setText(sentence)
        self._preview.setCurrentWidget(self._preview_said)

    def _decide(self) -> None:
        request = self.request
        if not request.problem:
            self.decide(request)


def _choice(name: str, label: str, texts: Sequence[str]) -> QComboBox:
    choice = QComboBox()
    choice.setObjectName(name)
    choice.setAccessibleName(label)
    choice.addItems(list(texts))
    return choice


def _button(name: str, label: str) -> QPushButton:
    button = QPushButton("Choose…")
    button.setObjectName(name)
    button.setAccessibleName(label)
    button.setAutoDefault(False)
    return button


def _beside(*widgets: QWidget) -> QWidget:
    whole = QWidget()
    row = QHBoxLayout(whole)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(GRID)
    for place, widget in enumerate(widgets):
        row.addWidget(widget, 1 if place == 0 else 0)
    return whole


def _preview_table() -> QTableView:
    table = QTableView()
    table.setObjectName("export_preview")
    table.setAccessibleName("The first rows of the export")
    table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
    table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.setWordWrap(False)
    table.setShowGrid(False)
    table.setStyleSheet("QTableView::item { padding: 0 6px; }")
    table.setCornerButtonEnabled(False)
    vertical = table.verticalHeader()
    vertical.setSectionResizeMode(vertical.ResizeMode.Fixed)
    vertical.setDefaultSectionSize(ROW_HEIGHT - 1)
    vertical.hide()
    return table
