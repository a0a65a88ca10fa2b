"""The shelf of views, files to share, and how tables were left."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bakehouse.domain.columns import metric
from bakehouse.domain.errors import PersonalFileError
from bakehouse.personal.view_format import View, ViewColumn
from bakehouse.personal.views import Shelf, TableMemory, ViewShelf, export_view, import_view, table_name
from bakehouse.places import data_directory

A, B = View("alpha", (ViewColumn(metric("a")),)), View("Beta", filter="x")


def test_that_views_stand_in_the_order_of_their_names_and_a_name_stands_once():
    shelf = Shelf().with_view(B).with_view(A).with_view(View("alpha", filter="newer"))
    assert [view.name for view in shelf.views] == ["alpha", "Beta"] and shelf.views[0].filter == "newer"
    assert shelf.free_name("alpha") == "alpha 2" and shelf.free_name("new") == "new"


def test_that_the_default_follows_a_rename_and_goes_with_its_view():
    shelf = Shelf().with_view(A).with_view(B).with_default("Beta").renamed("Beta", "Gamma")
    assert shelf.default == "Gamma" and shelf.find("Beta") is None
    assert shelf.without("Gamma").default == ""
    assert shelf.renamed("nobody", "x") == shelf


def test_that_two_windows_saving_views_lose_nothing():
    one, other = ViewShelf(), ViewShelf()
    one.change(lambda shelf: shelf.with_view(A))
    other.change(lambda shelf: shelf.with_view(B).with_default("Beta"))
    assert one.read() == Shelf((A, B), "Beta")


def test_that_views_of_a_newer_format_stay_on_the_shelf_untouched():
    newer = {"bakehouse_view": 7, "name": "later", "shape": "round"}
    path = data_directory() / "views.json"
    path.write_text(json.dumps({"version": 1, "views": [newer]}))
    ViewShelf().change(lambda shelf: shelf.with_view(A))
    assert json.loads(path.read_text())["views"][1] == newer


@pytest.mark.parametrize("text", ["", "[", "[]", '{"views": 5}', "\x00"])
def test_that_a_damaged_shelf_is_said_and_never_written_over(text):
    path = data_directory() / "views.json"
    path.write_text(text)
    with pytest.raises(PersonalFileError, match=r"views\.json"):
        ViewShelf().change(lambda shelf: shelf.with_view(A))
    assert path.read_text() == text


def test_that_a_view_travels_through_a_file(tmp_path):
    file = tmp_path / "Best.bakehouse-view.json"
    export_view(A, file)
    assert import_view(file) == A
    export_view(View(), file)
    assert import_view(file).name == "Best"
    assert [path.name for path in tmp_path.iterdir()] == ["Best.bakehouse-view.json"]


def test_that_a_bad_file_is_refused_in_one_sentence(tmp_path):
    binary, missing, folder = tmp_path / "b", tmp_path / "nothing", tmp_path
    binary.write_bytes(b"\xff\xfe\x00SQLite")
    large = tmp_path / "large"
    large.write_bytes(b" " * 8_000_001)
    other = tmp_path / "other.json"
    other.write_text('{"name": "not ours"}')
    for path in (binary, missing, folder, large, other):
        with pytest.raises(PersonalFileError) as error:
            import_view(path)
        assert str(error.value).count("\n") == 0 and str(error.value).endswith(".")
    with pytest.raises(PersonalFileError, match="cannot be written"):
        export_view(A, binary / "below a file.json")


def test_that_each_table_of_a_store_is_remembered_and_forgotten_apart():
    memory = TableMemory(Path("/somewhere/mlflow.db"))
    memory.remember({"1": A})
    memory.remember({"1,2": B})
    assert memory.read() == {"1": A, "1,2": B}
    assert TableMemory(Path("/elsewhere/mlflow.db")).read() == {}
    memory.remember({"1": None})
    assert memory.read() == {"1,2": B}
    memory.remember({str(number): A for number in range(300)})
    assert len(memory.read()) == 200 and "299" in memory.read()


def test_that_a_damaged_memory_is_begun_anew():
    memory = TableMemory(Path("/somewhere/mlflow.db"))
    memory.remember({"1": A})
    (file,) = (data_directory() / "tables").iterdir()
    file.write_text("{")
    with pytest.raises(PersonalFileError):
        memory.read()
    memory.remember({"2": B})
    assert memory.read() == {"2": B}


def test_that_the_same_experiments_are_the_same_table():
    assert table_name([3, 1]) == table_name([1, 3]) == "1,3"
