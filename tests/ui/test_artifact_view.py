"""The artifact view on real folders: tree, preview, drag data, saving, and what it must not touch."""

from __future__ import annotations

import hashlib
import os
import pickle
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QMessageBox, QPlainTextEdit, QTableView
from pytestqt.qtbot import QtBot

from bakehouse.artifacts.choosing import of_paths
from bakehouse.artifacts.listing import list_folder
from bakehouse.artifacts.locator import Locator
from bakehouse.artifacts.preview_kinds import ImagePreview
from bakehouse.artifacts.protection import Guard
from bakehouse.domain.cancellation import Token
from bakehouse.itemmodels.artifact_rows import Kind, file_url
from bakehouse.itemmodels.artifact_tree import ArtifactRoot, ArtifactTreeModel
from bakehouse.itemmodels.preview_table import PreviewTableModel
from bakehouse.tasks import TaskRunner
from bakehouse.theme import DARK, LIGHT, ThemeSource
from bakehouse.widgets import artifact_taking
from bakehouse.widgets.artifact_preview import ArtifactPreview
from bakehouse.widgets.artifact_tree_view import ArtifactTreeView
from bakehouse.widgets.artifact_view import ArtifactView
from bakehouse.widgets.digest_window import DigestWindow
from bakehouse.widgets.labels import PlainLabel
from bakehouse.widgets.picture_view import PictureView
from bakehouse.widgets.preview_loading import Picture, decoded_picture, load_preview

RUN = "a" * 32
ADDRESS = f"./mlruns/1/{RUN}/artifacts"
UNDECODABLE = b"bad\xff.txt".decode("utf-8", "surrogateescape")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mlflow.db").write_bytes(b"SQLite format 3\0")
    root = tmp_path / "mlruns" / "1" / RUN / "artifacts"
    (root / "model" / "data").mkdir(parents=True)
    (root / "plots").mkdir()
    (root / "empty").mkdir()
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    image.save(str(root / "plots" / "curve.png"))
    (root / "model" / "MLmodel").write_text("flavors: {}\n")
    (root / "model" / "model.pkl").write_bytes(pickle.dumps(1))
    (root / "model" / "data" / "x%20.txt").write_text("deep")
    (root / "table.csv").write_text("a,b\n1,x\n2,y\n")
    (root / "notes.txt").write_text("<b>bold?</b> <img src='file:///etc/passwd'>")
    (root / UNDECODABLE).write_text("odd")
    (root / "out.txt").symlink_to("/etc/hostname")
    os.link(tmp_path / "mlflow.db", root / "copy.db")
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
def view(qtbot: QtBot, tasks: TaskRunner, tmp_path: Path) -> Iterator[ArtifactView]:
    made = ArtifactView(ThemeSource("light"), tasks)
    qtbot.addWidget(made)
    made.resize(344, 600)
    made.set_locator(Locator(tmp_path / "mlflow.db"))
    made.show()
    yield made
    made.clear()


def tree(view: ArtifactView) -> ArtifactTreeView:
    found = view.findChild(ArtifactTreeView)
    assert found is not None
    return found


def model(view: ArtifactView) -> ArtifactTreeModel:
    found = tree(view).model()
    assert isinstance(found, ArtifactTreeModel)
    return found


def empty_text(view: ArtifactView) -> str:
    label = view.findChild(PlainLabel, "artifacts_empty")
    return label.text() if label is not None and label.isVisible() else ""


def names(view: ArtifactView, parent: QModelIndex | None = None) -> list[str]:
    parent = parent or QModelIndex()
    rows = range(model(view).rowCount(parent))
    return [str(model(view).index(row, 0, parent).data()) for row in rows]


def row_of(view: ArtifactView, name: str, parent: QModelIndex | None = None) -> QModelIndex:
    parent = parent or QModelIndex()
    return model(view).index(names(view, parent).index(name), 0, parent)


def show(qtbot: QtBot, view: ArtifactView, *roots: ArtifactRoot) -> None:
    view.show_roots(roots or (ArtifactRoot("Run artifacts", ADDRESS, f"runs:/{RUN}"),))
    qtbot.waitUntil(lambda: model(view).rowCount() > 0 and not view._tasks.busy)


def expand(qtbot: QtBot, view: ArtifactView, index: QModelIndex) -> None:
    tree(view).expand(index)
    qtbot.waitUntil(lambda: not model(view).canFetchMore(index) and not view._tasks.busy)


def preview_page(qtbot: QtBot, view: ArtifactView, index: QModelIndex) -> ArtifactPreview:
    tree(view).setCurrentIndex(index)
    preview = view.findChild(ArtifactPreview)
    assert preview is not None
    qtbot.waitUntil(lambda: not view._tasks.busy and preview.isVisible())
    return preview


def texts(widget: ArtifactPreview) -> str:
    return " | ".join(label.text() for label in widget.findChildren(PlainLabel) if label.isVisible())


def test_that_the_tree_keeps_every_rule_of_an_item_model(qtbot: QtBot, folder: Path) -> None:
    made = ArtifactTreeModel()
    tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)
    wanted: list[int] = []
    made.contents_wanted.connect(wanted.append)
    for roots in ([ArtifactRoot("one", "a")], [ArtifactRoot("one", "a"), ArtifactRoot("two", "b")], []):
        wanted.clear()
        made.show(roots)
        for row in range(made.rowCount() if len(roots) > 1 else 0):
            made.fetchMore(made.index(row, 0))
        if len(roots) == 1 and not wanted:
            made.fetchMore(QModelIndex())
        for number in list(wanted):
            made.place(number, list_folder(folder, Token()))
        made.place(10**6, [])
        for number in wanted[len(roots) :]:
            made.fail(number, "gone")
        made.set_theme(DARK)
    assert tester.model() is made


def test_that_a_large_folder_is_shown_in_pages(qtbot: QtBot, tmp_path: Path) -> None:
    for number in range(1_200):
        (tmp_path / f"step{number}.txt").touch()
    made = ArtifactTreeModel()
    tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)
    wanted: list[int] = []
    made.contents_wanted.connect(wanted.append)
    made.show([ArtifactRoot("one", "a")])
    made.fetchMore(QModelIndex())
    made.place(wanted[0], list_folder(tmp_path, Token()))
    counts = []
    while made.kind(last := made.index(made.rowCount() - 1, 0)) is Kind.MORE:
        counts.append((made.rowCount(), last.data()))
        made.reveal_more(last)
    assert counts == [(501, "700 more: show the next 500"), (1_001, "200 more: show the next 200")]
    assert made.rowCount() == 1_200 and made.index(1_199, 0).data() == "step1199.txt"
    assert tester.model() is made


def test_that_the_preview_table_keeps_every_rule(qtbot: QtBot, folder: Path) -> None:
    entry = next(e for e in list_folder(folder, Token()) if e.name == "table.csv")
    made = PreviewTableModel(load_preview(entry, None, Token()).shown)  # type: ignore[arg-type]
    tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert (made.rowCount(), made.columnCount(), made.index(1, 1).data()) == (2, 2, "y")
    assert tester.model() is made


def test_that_one_address_shows_its_files_at_the_top(qtbot: QtBot, view: ArtifactView, folder: Path) -> None:
    show(qtbot, view)
    found = names(view)
    assert found[:3] == ["empty", "model", "plots"]
    assert "bad\\udcff.txt" in found and "out.txt" in found
    assert model(view).index(found.index("table.csv"), 1).data() == "12 B"
    expand(qtbot, view, row_of(view, "model"))
    assert names(view, row_of(view, "model")) == ["data", "MLmodel", "model.pkl"]
    expand(qtbot, view, row_of(view, "empty"))
    assert not model(view).hasChildren(row_of(view, "empty"))


def test_that_several_addresses_are_rows_and_those_without_files_say_why(
    qtbot: QtBot, view: ArtifactView, folder: Path
) -> None:
    show(
        qtbot,
        view,
        ArtifactRoot("Run artifacts", ADDRESS),
        ArtifactRoot("model", "s3://bucket/1/m/artifacts"),
        ArtifactRoot("none", f"./mlruns/1/{'b' * 32}/artifacts"),
    )
    assert names(view) == ["Run artifacts", "model", "none"]
    assert "table.csv" in names(view, model(view).index(0, 0))
    assert "S3 bucket" in names(view, model(view).index(1, 0))[0]
    assert names(view, model(view).index(2, 0)) == ["No artifacts were logged."]


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (f"./mlruns/1/{'b' * 32}/artifacts", "No artifacts were logged."),
        (f"./mlruns/1/{RUN}/artifacts/empty", "No artifacts were logged."),
        (f"/gone/mlruns/9/{'b' * 32}/artifacts", "Artifacts are not here: recorded at /gone/mlruns/9/"),
        ("mlflow-artifacts:/1/x/artifacts", "MLflow server"),
    ],
)
def test_that_a_view_without_files_says_why(
    qtbot: QtBot, view: ArtifactView, folder: Path, address: str, words: str
) -> None:
    view.show_roots([ArtifactRoot("Run artifacts", address)])
    qtbot.waitUntil(lambda: words in empty_text(view))


def test_that_a_moved_store_says_where_its_artifacts_were_found(qtbot: QtBot, view: ArtifactView, folder: Path) -> None:
    show(qtbot, view, ArtifactRoot("Run artifacts", f"file:///data/ml/mlruns/1/{RUN}/artifacts"))
    said = [label.text() for label in view.findChildren(PlainLabel) if label.isVisible()]
    assert f"Artifacts found beside the store (recorded at /data/ml/mlruns/1/{RUN}/artifacts)" in said


def test_that_previews_show_text_table_picture_and_facts(qtbot: QtBot, view: ArtifactView, folder: Path) -> None:
    show(qtbot, view)
    preview = preview_page(qtbot, view, row_of(view, "notes.txt"))
    text = preview.findChild(QPlainTextEdit)
    assert text is not None and text.isVisible() and text.isReadOnly()
    assert text.toPlainText() == (folder / "notes.txt").read_text()

    table = preview_page(qtbot, view, row_of(view, "table.csv")).findChild(QTableView)
    assert table is not None and table.isVisible() and table.model().index(1, 1).data() == "y"

    expand(qtbot, view, row_of(view, "plots"))
    preview = preview_page(qtbot, view, row_of(view, "curve.png", row_of(view, "plots")))
    picture = preview.findChild(PictureView)
    assert picture is not None and picture.isVisible() and "40 × 30" in texts(preview)

    expand(qtbot, view, row_of(view, "model"))
    preview = preview_page(qtbot, view, row_of(view, "model.pkl", row_of(view, "model")))
    assert "can run code" in texts(preview)

    tree(view).setCurrentIndex(row_of(view, "plots"))
    assert not preview.isVisible()


def test_that_the_open_store_and_links_that_lead_out_are_only_shown(
    qtbot: QtBot, view: ArtifactView, folder: Path
) -> None:
    show(qtbot, view)
    for name, words in (("copy.db", "store that is open"), ("out.txt", "leads out of the folder")):
        index = row_of(view, name)
        assert words in texts(preview_page(qtbot, view, index))
        assert not index.flags() & Qt.ItemFlag.ItemIsDragEnabled
        assert view.selected_paths() == []
        assert model(view).mimeData([index]).urls() == []


def test_that_a_drag_carries_each_chosen_file_once_as_a_file_url(
    qtbot: QtBot, view: ArtifactView, folder: Path
) -> None:
    show(qtbot, view)
    top = row_of(view, "model")
    expand(qtbot, view, top)
    chosen = [top, row_of(view, "MLmodel", top), row_of(view, "bad\\udcff.txt")]
    data = model(view).mimeData(chosen)
    uris = bytes(data.data("text/uri-list").data()).decode().split()
    assert uris == [(folder / "model").as_uri(), (folder / UNDECODABLE).as_uri()]
    assert model(view).supportedDragActions() == Qt.DropAction.CopyAction
    deep = folder / "model" / "data" / "x%20.txt"
    assert file_url(deep).toLocalFile() == str(deep)


def test_that_files_are_saved_and_taken_names_asked_about_once(
    qtbot: QtBot, view: ArtifactView, folder: Path, tmp_path: Path
) -> None:
    show(qtbot, view)
    target = tmp_path / "target"
    target.mkdir()
    (target / "table.csv").write_text("mine")
    chosen = of_paths([(folder / "table.csv", folder), (folder / "model", folder)])
    guard = Guard(tmp_path / "mlflow.db")
    with qtbot.waitSignal(view.said) as said:
        view.taking.saving.save(chosen, target, guard)
        qtbot.waitUntil(lambda: view.window().findChild(QMessageBox, "names_taken") is not None)
        box = view.window().findChild(QMessageBox, "names_taken")
        assert box is not None and box.textFormat() == Qt.TextFormat.PlainText and "table.csv" in box.text()
        next(b for b in box.buttons() if b.text() == "Keep both").click()
    assert said.args == [f"Saved 4 files ({12 + 12 + 4 + len(pickle.dumps(1))} B) to {target}"]
    assert (target / "table.csv").read_text() == "mine"
    assert (target / "table (2).csv").read_bytes() == (folder / "table.csv").read_bytes()
    assert (target / "model" / "data" / "x%20.txt").read_text() == "deep"


def test_that_save_as_asks_for_a_place_and_a_failure_is_shown(
    qtbot: QtBot, view: ArtifactView, folder: Path, tmp_path: Path
) -> None:
    show(qtbot, view)
    tree(view).setCurrentIndex(row_of(view, "table.csv"))
    tree(view).setFocus()
    qtbot.keyClick(tree(view), Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    dialog = view.window().findChild(QFileDialog, "save_artifacts")
    assert dialog is not None and dialog.acceptMode() is QFileDialog.AcceptMode.AcceptSave
    with qtbot.waitSignal(view.said):
        dialog.fileSelected.emit(str(tmp_path / "renamed.csv"))
    dialog.close()
    assert (tmp_path / "renamed.csv").read_bytes() == (folder / "table.csv").read_bytes()

    chosen = of_paths([(folder / "table.csv", folder)])
    view.taking.saving.save(chosen, tmp_path / "absent", Guard(tmp_path / "mlflow.db"))
    qtbot.waitUntil(lambda: any("not a folder" in label.text() for label in view.findChildren(PlainLabel)))


def test_that_reading_anew_keeps_what_is_open_and_selected(qtbot: QtBot, view: ArtifactView, folder: Path) -> None:
    show(qtbot, view)
    expand(qtbot, view, row_of(view, "model"))
    tree(view).setCurrentIndex(row_of(view, "MLmodel", row_of(view, "model")))
    (folder / "model" / "new.txt").write_text("new")
    view.refresh()
    qtbot.waitUntil(lambda: names(view)[:1] == ["empty"] and "new.txt" in names(view, row_of(view, "model")))
    qtbot.waitUntil(lambda: view.selected_paths() == [folder / "model" / "MLmodel"])


def test_that_the_contents_of_an_earlier_address_never_arrive(qtbot: QtBot, view: ArtifactView, folder: Path) -> None:
    view.show_roots([ArtifactRoot("one", ADDRESS)])
    view.show_roots([ArtifactRoot("two", f"{ADDRESS}/model")])
    qtbot.waitUntil(lambda: model(view).rowCount() > 0 and not view._tasks.busy)
    assert names(view) == ["data", "MLmodel", "model.pkl"]
    view.show_roots([ArtifactRoot("one", ADDRESS)])
    view.clear()
    qtbot.waitUntil(lambda: not view._tasks.busy)
    assert model(view).rowCount() == 0


def test_that_keys_open_a_window_and_copy_addresses(qtbot: QtBot, view: ArtifactView, folder: Path) -> None:
    show(qtbot, view)
    tree(view).setFocus()
    preview_page(qtbot, view, row_of(view, "notes.txt"))
    qtbot.keyClick(tree(view), Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: view.window().findChild(QDialog, "preview_window") is not None)
    window = view.window().findChild(QDialog, "preview_window")
    assert window is not None and window.isVisible() and window.windowTitle() == "notes.txt"
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: view.window().findChild(QDialog, "preview_window") is None)

    view.activateWindow()
    qtbot.waitUntil(view.isActiveWindow)
    qtbot.keyClick(tree(view), Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    data = QGuiApplication.clipboard().mimeData()
    assert data.urls() == [file_url(folder / "notes.txt")] and data.text() == str(folder / "notes.txt")
    modifiers = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(tree(view), Qt.Key.Key_C, modifiers)
    assert QGuiApplication.clipboard().text() == str(folder / "notes.txt")
    assert model(view).mlflow_uri(row_of(view, "notes.txt")) == f"runs:/{RUN}/notes.txt"

    tree(view).setCurrentIndex(row_of(view, "plots"))
    qtbot.keyClick(tree(view), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: names(view, row_of(view, "plots")) == ["curve.png"])


def test_that_the_menu_offers_what_the_row_allows(qtbot: QtBot, view: ArtifactView, folder: Path) -> None:
    show(qtbot, view)

    def enabled(name: str) -> dict[str, bool]:
        tree(view).setCurrentIndex(row_of(view, name))
        menu = view.menu_for(row_of(view, name))
        return {a.text(): a.isEnabled() for a in menu.actions() if not a.isSeparator() and a.isVisible()}

    for_file = enabled("notes.txt")
    assert all(for_file.values()) and "Copy MLflow address" in for_file
    for_link = enabled("out.txt")
    assert not for_link["Save as…"] and not for_link["Copy"] and for_link["Copy path"]
    assert not enabled("plots")["Open preview"]


def test_that_times_show_only_where_there_is_room(qtbot: QtBot, view: ArtifactView, folder: Path) -> None:
    show(qtbot, view)
    assert tree(view).isColumnHidden(2)
    view.resize(600, 600)
    assert not tree(view).isColumnHidden(2)


def test_that_a_damaged_picture_is_facts_and_a_large_one_is_made_smaller(qapp: QApplication, tmp_path: Path) -> None:
    image = QImage(4_000, 10, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.blue)
    image.save(str(tmp_path / "wide.png"))
    data = (tmp_path / "wide.png").read_bytes()
    shown = decoded_picture(ImagePreview(data, 4_000, 10, "PNG"), Token())
    assert isinstance(shown, Picture) and (shown.image.width(), shown.image.height()) == (2_048, 5)
    assert not isinstance(decoded_picture(ImagePreview(data[:60], 4_000, 10, "PNG"), Token()), Picture)


def test_that_a_picture_keeps_its_shape(qtbot: QtBot) -> None:
    made = PictureView(LIGHT)
    qtbot.addWidget(made)
    made.resize(200, 100)
    image = QImage(1_000, 100, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    made.set_image(image)
    made.show()
    seen = made.grab().toImage()
    ratio = seen.devicePixelRatio()
    red = [
        (x, y) for x in range(200) for y in range(100) if seen.pixelColor(QPoint(x, y) * ratio) == Qt.GlobalColor.red
    ]
    wide = max(x for x, _ in red) - min(x for x, _ in red) + 1
    high = max(y for _, y in red) - min(y for _, y in red) + 1
    assert wide == 184 and 17 <= high <= 19


def test_that_the_digest_of_a_file_is_shown_and_checked(qtbot: QtBot, view: ArtifactView, folder: Path) -> None:
    show(qtbot, view)
    tree(view).setCurrentIndex(row_of(view, "table.csv"))
    tree(view).setFocus()
    modifiers = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    qtbot.keyClick(tree(view), Qt.Key.Key_D, modifiers)
    qtbot.waitUntil(lambda: view.window().findChild(DigestWindow) is not None)
    window = view.window().findChild(DigestWindow)
    assert window is not None
    sha256 = hashlib.sha256((folder / "table.csv").read_bytes()).hexdigest()
    for text, words in (
        (f"{sha256.upper()}  table.csv", "The same"),
        (f"sha256:{'0' * 64}", "Different"),
        ("abc", "holds no SHA-256"),
    ):
        window.other.setText(text)
        assert words in window.verdict.text()
    window.close()


def test_that_code_is_opened_by_the_system_only_after_a_warning(
    qtbot: QtBot, view: ArtifactView, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Path] = []
    monkeypatch.setattr(artifact_taking, "open_with_system", lambda path: opened.append(path) or True)
    (folder / "tool").write_bytes(b"\x7fELF")
    show(qtbot, view)
    tree(view).setFocus()

    def ask(name: str) -> None:
        tree(view).setCurrentIndex(row_of(view, name))
        qtbot.waitUntil(lambda: not view._tasks.busy)
        qtbot.keyClick(tree(view), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)

    ask("table.csv")
    qtbot.waitUntil(lambda: opened == [folder / "table.csv"])
    ask("tool")
    qtbot.waitUntil(lambda: view.window().findChild(QMessageBox, "open_risk") is not None)
    box = view.window().findChild(QMessageBox, "open_risk")
    assert box is not None and "may run it" in box.informativeText() and len(opened) == 1
    next(button for button in box.buttons() if button.text() == "Open").click()
    assert opened == [folder / "table.csv", folder / "tool"]


def test_that_everything_can_be_packed_into_a_zip(
    qtbot: QtBot, view: ArtifactView, folder: Path, tmp_path: Path
) -> None:
    show(qtbot, view)
    view.taking.save_zip(everything=True)
    dialog = view.window().findChild(QFileDialog, "save_zip")
    assert dialog is not None
    with qtbot.waitSignal(view.said) as said:
        dialog.fileSelected.emit(str(tmp_path / "all.zip"))
    dialog.close()
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        assert (
            archive.read("artifacts/model/data/x%20.txt") == b"deep" and "artifacts/copy.db" not in archive.namelist()
        )
    assert said.args is not None and said.args[0].startswith("Saved 7 files")


def test_that_what_is_not_listed_yet_is_saved_too_when_it_is_selected(
    qtbot: QtBot, view: ArtifactView, folder: Path
) -> None:
    many = folder / "empty"
    for number in range(700):
        (many / f"{number}.txt").write_text("x")
    view.show_roots([ArtifactRoot("Run artifacts", f"{ADDRESS}/empty")])
    qtbot.waitUntil(lambda: model(view).rowCount() == 501)
    tree(view).selectAll()
    assert len(view.selected_paths()) == 700


def test_that_very_many_files_are_made_ready_aside_and_then_dragged(
    qtbot: QtBot, view: ArtifactView, folder: Path
) -> None:
    for number in range(2_500):
        (folder / "empty" / f"{number}.txt").touch()
    view.show_roots([ArtifactRoot("Run artifacts", f"{ADDRESS}/empty")])
    qtbot.waitUntil(lambda: model(view).rowCount() == 501 and " more: " in names(view)[-1])
    tree(view).selectAll()
    said: list[str] = []
    view.said.connect(said.append)
    gate = tree(view).drag_gate
    assert gate is not None and gate(tree(view).selected_rows()) is None
    qtbot.waitUntil(lambda: said[-1:] == ["Ready: it can be dragged now"])
    data = gate(tree(view).selected_rows())
    assert data is not None
    assert sorted(url.toLocalFile() for url in data.urls()) == sorted(map(str, (folder / "empty").iterdir()))

    qtbot.keyClick(tree(view), Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: said[-1].startswith("Copied 2,500 items"))
    assert len(QGuiApplication.clipboard().mimeData().urls()) == 2_500


def test_that_a_model_s_folder_can_be_registered_from_its_menu(qtbot: QtBot, view: ArtifactView, folder: Path) -> None:
    show(qtbot, view)

    def offered(index: QModelIndex) -> list[str]:
        return [action.text() for action in view.menu_for(index).actions() if "Register" in action.text()]

    assert not offered(row_of(view, "model"))
    view.offer_registration(True)
    expand(qtbot, view, row_of(view, "model"))
    expand(qtbot, view, row_of(view, "plots"))
    folder_row = row_of(view, "model")
    assert offered(folder_row) == offered(row_of(view, "MLmodel", folder_row)) == ["Register model…"]
    assert offered(row_of(view, "data", folder_row)) == ["Register model…"], "not listed yet, so it may be one"
    assert not offered(row_of(view, "plots"))
    assert not offered(row_of(view, "model.pkl", folder_row))
    menu = view.menu_for(row_of(view, "MLmodel", folder_row))
    with qtbot.waitSignal(view.register_requested) as asked:
        next(action for action in menu.actions() if action.text() == "Register model…").trigger()
    assert asked.args == [f"runs:/{RUN}", "model"]
