"""Previews, searching and ordering in the artifact view, driven as a person does."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt
from PySide6.QtGui import QDesktopServices, QGuiApplication, QImage
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QDialog, QLineEdit, QMessageBox, QPlainTextEdit, QPushButton, QSlider, QTableView
from pytestqt.qtbot import QtBot

from bakehouse.artifacts.digests import folder_digest
from bakehouse.artifacts.listing import list_folder
from bakehouse.artifacts.locator import Locator
from bakehouse.artifacts.ordering import Order, OrderBy, in_order
from bakehouse.artifacts.outlines import json_outline, parsed_json
from bakehouse.artifacts.preview_kinds import ImagePreview
from bakehouse.domain.cancellation import Token
from bakehouse.itemmodels.artifact_tree import ArtifactRoot, ArtifactTreeModel
from bakehouse.itemmodels.outline_tree import OutlineTreeModel
from bakehouse.itemmodels.preview_table import PreviewTableModel
from bakehouse.tasks import TaskRunner
from bakehouse.theme import DARK, LIGHT, ThemeSource
from bakehouse.widgets.artifact_preview import ArtifactPreview
from bakehouse.widgets.artifact_tree_view import ArtifactTreeView
from bakehouse.widgets.artifact_view import ArtifactView
from bakehouse.widgets.labels import PlainLabel
from bakehouse.widgets.model_card_view import ModelCardView
from bakehouse.widgets.note_viewer import NoteViewer
from bakehouse.widgets.outline_view import OutlineView
from bakehouse.widgets.picture_view import PictureView
from bakehouse.widgets.preview_loading import Picture, decoded_picture

RUN = "b" * 32
ADDRESS = f"./mlruns/1/{RUN}/artifacts"
UUID = "3c298c0-adc9-4f11-a739-e0fe132ef52d"
ROOT = QModelIndex()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mlflow.db").write_bytes(b"SQLite format 3\0")
    root = tmp_path / "mlruns" / "1" / RUN / "artifacts"
    (root / "model").mkdir(parents=True)
    (root / "images").mkdir()
    (root / "model" / "MLmodel").write_text("flavors:\n  sklearn:\n    sklearn_version: 1.2.2\nmlflow_version: 2.22\n")
    (root / "model" / "requirements.txt").write_text("mlflow==2.22\n")
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    for step, colour in enumerate((Qt.GlobalColor.red, Qt.GlobalColor.green, Qt.GlobalColor.blue)):
        image.fill(colour)
        image.save(str(root / "images" / f"loss+step+{step}+timestamp+{step}+a{UUID}.png"))
    document = pypdfium2.PdfDocument.new()
    for _ in range(3):
        document.new_page(200, 100)
    out = io.BytesIO()
    document.save(out)
    document.close()
    (root / "report.pdf").write_bytes(out.getvalue())
    (root / "config.json").write_text(json.dumps({"lr": 0.1, "layers": [1, 2]}))
    (root / "notes.md").write_text("# Title\n\n[link](https://example.com) ![x](file:///etc/passwd)\n")
    (root / "page.html").write_text("<html><body><p>words</p><script>no</script></body></html>")
    (root / "table.csv").write_text("n,t\n10,b\n9,a\n,c\n")
    (root / "weights.dat").write_bytes(bytes(range(256)) * 40)
    return root


@pytest.fixture
def tasks(qtbot: QtBot) -> Iterator[TaskRunner]:
    runner = TaskRunner()
    crashes: list[object] = []
    runner.crashed.connect(crashes.append)
    yield runner
    runner.close()
    assert not crashes, crashes


@pytest.fixture
def view(qtbot: QtBot, tasks: TaskRunner, folder: Path, tmp_path: Path) -> Iterator[ArtifactView]:
    made = ArtifactView(ThemeSource("light"), tasks)
    qtbot.addWidget(made)
    made.resize(500, 800)
    made.set_locator(Locator(tmp_path / "mlflow.db"))
    made.show()
    made.show_roots([ArtifactRoot("Run artifacts", ADDRESS, f"runs:/{RUN}")])
    settle(qtbot, made)
    yield made
    made.clear()


def settle(qtbot: QtBot, view: ArtifactView) -> None:
    qtbot.waitUntil(lambda: not view._tasks.busy)


def tree(view: ArtifactView) -> ArtifactTreeView:
    found = view.findChild(ArtifactTreeView)
    assert found is not None
    return found


def names(view: ArtifactView, parent: QModelIndex = ROOT) -> list[str]:
    model = tree(view).model()
    return [str(model.index(row, 0, parent).data()) for row in range(model.rowCount(parent))]


def choose(qtbot: QtBot, view: ArtifactView, *path: str) -> ArtifactPreview:
    index = QModelIndex()
    for name in path:
        index = tree(view).model().index(names(view, index).index(name), 0, index)
        if tree(view).model().hasChildren(index):
            tree(view).expand(index)
            qtbot.waitUntil(lambda: not view._tasks.busy)
    # Whatever key an earlier test left pressed.
    flags = QItemSelectionModel.SelectionFlag
    tree(view).selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
    preview = view.findChild(ArtifactPreview)
    assert preview is not None
    qtbot.waitUntil(lambda: not view._tasks.busy and preview.isVisible())
    return preview


def label(widget: object, name: str) -> str:
    found = widget.findChild(PlainLabel, name)  # type: ignore[attr-defined]
    return found.text() if found is not None and found.isVisible() else ""


def link(preview: ArtifactPreview, name: str) -> QPushButton:
    found = preview.findChild(QPushButton, name)
    assert found is not None and found.isVisible()
    return found


def test_that_json_folds_and_its_text_is_a_click_away(qtbot: QtBot, view: ArtifactView) -> None:
    preview = choose(qtbot, view, "config.json")
    outline = preview.findChild(OutlineView)
    assert outline is not None and outline.isVisible()
    model = outline.model()
    assert [model.index(row, column).data() for row in range(2) for column in range(2)] == [
        "lr",
        "0.1",
        "layers",
        "2 items",
    ]
    assert outline.isExpanded(model.index(1, 0))
    switch = link(preview, "preview_switch")
    switch.click()
    texts = [text for text in preview.findChildren(QPlainTextEdit) if text.isVisible()]
    assert len(texts) == 1 and '"lr": 0.1' in texts[0].toPlainText()
    switch.click()
    assert outline.isVisible()


def test_that_markdown_loads_nothing_and_links_are_asked_about(
    qtbot: QtBot, view: ArtifactView, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()) or True)
    preview = choose(qtbot, view, "notes.md")
    viewer = preview.findChild(NoteViewer)
    assert viewer is not None and viewer.isVisible() and "[image not shown: x]" in viewer.toPlainText()
    viewer.link_activated.emit("https://example.com")
    box = view.window().findChild(QMessageBox, "open_outside")
    assert box is not None and box.informativeText() == "https://example.com" and not opened
    next(button for button in box.buttons() if button.text() == "Open").click()
    assert opened == ["https://example.com"]


def test_that_a_page_opens_in_the_browser_only_after_a_warning(
    qtbot: QtBot, view: ArtifactView, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()) or True)
    preview = choose(qtbot, view, "page.html")
    link(preview, "preview_browser").click()
    box = view.window().findChild(QMessageBox, "open_outside")
    assert box is not None and "may run scripts" in box.informativeText()
    box.button(QMessageBox.StandardButton.Cancel).click()
    assert opened == []
    link(preview, "preview_browser").click()
    qtbot.waitUntil(lambda: len(view.window().findChildren(QMessageBox, "open_outside")) == 1)
    box = view.window().findChild(QMessageBox, "open_outside")
    assert box is not None
    next(button for button in box.buttons() if button.text() == "Open").click()
    assert opened == [(folder / "page.html").as_uri()]


def test_that_pages_steps_and_parts_are_turned_with_one_slider(qtbot: QtBot, view: ArtifactView) -> None:
    preview = choose(qtbot, view, "report.pdf")
    slider = preview.findChild(QSlider, "place_slider")
    assert slider is not None and label(preview, "place_words") == "page 1 of 3"
    slider.setValue(2)
    settle(qtbot, view)
    assert label(preview, "place_words") == "page 3 of 3" and label(preview, "preview_notice") == "page 3 of 3"

    preview = choose(qtbot, view, "images", "loss  (3 steps)")
    picture = preview.findChild(PictureView)
    assert picture is not None and picture.isVisible() and label(preview, "place_words") == "step 0, 1 of 3"
    slider.setValue(2)
    settle(qtbot, view)
    assert label(preview, "place_words") == "step 2, 3 of 3"
    middle = picture.grab().toImage()
    assert middle.pixelColor(middle.width() // 2, middle.height() // 2) == Qt.GlobalColor.blue
    assert len(view.selected_paths()) == 3

    preview = choose(qtbot, view, "weights.dat")
    assert label(preview, "place_words") == "part 1 of 3"
    slider.setValue(1)
    settle(qtbot, view)
    shown = preview.findChild(QPlainTextEdit, "file_bytes")
    assert shown is not None and shown.toPlainText().startswith("00001000")


def test_that_a_table_sorts_by_number_and_gives_its_order_back(qtbot: QtBot, view: ArtifactView) -> None:
    preview = choose(qtbot, view, "table.csv")
    table = next(t for t in preview.findChildren(QTableView, "file_table") if t.isVisible())
    header = table.horizontalHeader()

    def column() -> list[str]:
        return [table.model().index(row, 0).data() for row in range(3)]

    orders = []
    for _ in range(3):
        header.sectionClicked.emit(0)
        settle(qtbot, view)
        orders.append(column())
    assert orders == [["9", "10", ""], ["10", "9", ""], ["10", "9", ""]]
    assert table.model().headerData(0, Qt.Orientation.Vertical) == "1" and not header.isSortIndicatorShown()


def test_that_a_card_makes_its_digest_on_demand(qtbot: QtBot, view: ArtifactView, folder: Path) -> None:
    preview = choose(qtbot, view, "model", "MLmodel")
    card = preview.findChild(ModelCardView)
    assert card is not None and card.isVisible()
    button = card.findChild(QPushButton, "digest_button")
    assert button is not None and button.text() == "Compute"
    button.click()
    qtbot.waitUntil(lambda: button.text() == "Copy")
    button.click()
    assert QGuiApplication.clipboard().text() == str(folder_digest(folder / "model", Token()))


def test_that_space_opens_and_closes_the_window_which_follows_the_tree(qtbot: QtBot, view: ArtifactView) -> None:
    choose(qtbot, view, "notes.md")
    tree(view).setFocus()
    qtbot.keyClick(tree(view), Qt.Key.Key_Space)
    window = view.window().findChild(QDialog, "preview_window")
    assert window is not None
    settle(qtbot, view)
    tree(view).setCurrentIndex(tree(view).model().index(names(view).index("table.csv"), 0))
    qtbot.waitUntil(lambda: window.windowTitle() == "table.csv")
    settle(qtbot, view)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: view.window().findChild(QDialog, "preview_window") is None)


def test_that_a_search_takes_the_place_of_the_tree_and_gives_it_back(qtbot: QtBot, view: ArtifactView) -> None:
    choose(qtbot, view, "model", "requirements.txt")
    line = view.findChild(QLineEdit, "artifact_search")
    assert line is not None
    tree(view).setFocus()
    qtbot.keyClick(tree(view), "/")
    qtbot.keyClicks(line, "mlmodel")
    qtbot.waitUntil(lambda: names(view) == ["model/MLmodel"])
    assert label(view, "artifacts_found").startswith("1 of ")
    qtbot.keyClick(line, Qt.Key.Key_Down)
    preview = view.findChild(ArtifactPreview)
    assert preview is not None
    settle(qtbot, view)
    card = preview.findChild(ModelCardView)
    assert card is not None and card.isVisible()
    qtbot.keyClick(line, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: "config.json" in names(view))
    settle(qtbot, view)
    assert view.selected_paths() == [view._model.path(tree(view).selected_rows()[0])]
    assert names(view, tree(view).model().index(names(view).index("model"), 0)) == ["MLmodel", "requirements.txt"]
    line.setText("nothing at all")
    qtbot.waitUntil(lambda: label(view, "artifacts_found").startswith("Nothing among"))


def test_that_a_click_on_the_header_orders_every_open_folder(qtbot: QtBot, view: ArtifactView) -> None:
    choose(qtbot, view, "model", "requirements.txt")
    header = tree(view).header()
    header.setSortIndicator(1, Qt.SortOrder.AscendingOrder)
    qtbot.waitUntil(lambda: names(view)[2] == "weights.dat")
    assert names(view)[:2] == ["model", "images"]
    settle(qtbot, view)
    assert [path.name for path in view.selected_paths()] == ["requirements.txt"]
    header.setSortIndicator(0, Qt.SortOrder.AscendingOrder)
    qtbot.waitUntil(lambda: names(view)[:3] == ["images", "model", "config.json"])


def test_that_what_is_placed_again_keeps_every_rule_of_an_item_model(qtbot: QtBot, tmp_path: Path) -> None:
    for number in range(1_300):
        (tmp_path / f"f{number}").write_bytes(b"x" * (number % 10))
    whole = list_folder(tmp_path, Token())
    made = ArtifactTreeModel()
    tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)
    wanted: list[int] = []
    made.contents_wanted.connect(wanted.append)
    made.show([ArtifactRoot("one", "a")])
    made.fetchMore(QModelIndex())
    made.place(wanted[0], whole[:1_001], is_whole=False)
    assert made.index(500, 0).data() == "Reading the rest…" and made.listed() == {}
    made.place(wanted[0], whole)
    assert made.index(500, 0).data() == "800 more: show the next 500"
    made.place(wanted[0], in_order(whole, Order(OrderBy.SIZE, True), Token()))
    assert made.index(0, 1).data() == "9 B" and made.rowCount() == 501
    made.place(wanted[0], whole[:3])
    (top,) = made.show_found()
    made.place(top, whole[:2], is_whole=False)
    made.place(top, whole[:2])
    made.show_found()
    made.show_all()
    assert made.rowCount() == 3 and tester.model() is made


def test_that_outline_and_table_keep_every_rule(qtbot: QtBot) -> None:
    outline = json_outline(parsed_json('{"a": [1, {"b": null}], "c": "x"}'), Token())
    made = OutlineTreeModel(outline.branches)
    tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)
    inner = made.index(1, 0, made.index(0, 0))
    assert made.index(0, 1, inner).data() == "null" and made.parent(inner) == made.index(0, 0)
    made.set_theme(DARK)
    assert tester.model() is made
    assert PreviewTableModel.__doc__ is not None


def test_that_a_picture_zooms_around_a_point_and_fits_again(qtbot: QtBot) -> None:
    made = PictureView(LIGHT)
    qtbot.addWidget(made)
    made.resize(216, 116)
    made.set_image(QImage(400, 200, QImage.Format.Format_RGB32))
    made.show()
    assert made.scale == pytest.approx(0.5) and made.shown_rect().width() == pytest.approx(200, abs=1)
    qtbot.keyClick(made, Qt.Key.Key_Plus)
    assert made.scale == pytest.approx(0.625)
    for _ in range(40):
        made.zoom(2)
    assert made.scale == 32
    qtbot.keyClick(made, Qt.Key.Key_Right)
    qtbot.keyClick(made, Qt.Key.Key_0)
    assert made.scale == pytest.approx(0.5)


def test_that_a_drawing_is_drawn_on_white(qtbot: QtBot) -> None:
    svg = (
        b'<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"><rect width="5" height="10" fill="red"/></svg>'
    )
    shown = decoded_picture(ImagePreview(svg, 20, 10, "SVG"), Token())
    assert isinstance(shown, Picture) and (shown.image.width(), shown.image.height()) == (40, 20)
    assert shown.image.pixelColor(2, 5) == Qt.GlobalColor.red and shown.image.pixelColor(30, 5) == Qt.GlobalColor.white


@pytest.mark.parametrize(
    "name", ["new\nline.txt", "\u202egnp.txt", "n" * 251 + ".txt", os.fsdecode(b"bad\xff.md"), "-rf", "a%20b.json"]
)
def test_that_odd_names_are_shown_searched_and_previewed(
    qtbot: QtBot, view: ArtifactView, folder: Path, name: str
) -> None:
    (folder / name).write_text("x")
    view.refresh()
    qtbot.waitUntil(lambda: len(names(view)) == 9 and not view._tasks.busy)
    row = next(row for row in range(9) if view._model.path(view._model.index(row, 0)) == folder / name)
    tree(view).setCurrentIndex(view._model.index(row, 0))
    preview = view.findChild(ArtifactPreview)
    assert preview is not None
    qtbot.waitUntil(lambda: not view._tasks.busy and preview.isVisible())
    shown = names(view)[row]
    assert "\n" not in shown and "\u202e" not in shown


def test_that_folders_that_vanish_are_a_sentence(qtbot: QtBot, view: ArtifactView, folder: Path) -> None:
    (folder / "model" / "MLmodel").unlink()
    (folder / "model" / "requirements.txt").unlink()
    (folder / "model").rmdir()
    index = tree(view).model().index(names(view).index("model"), 0)
    tree(view).expand(index)
    qtbot.waitUntil(lambda: len(names(view, index)) == 1)
    assert "not there any more" in names(view, index)[0]
