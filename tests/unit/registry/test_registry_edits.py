"""Edits of the registry: what they would do in words, what they write, and the way back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import WriteRefused
from bakehouse.domain.models import ModelVersion, RegisteredModel, Stage
from bakehouse.domain.registry_edits import (
    CreateModel,
    DeleteAlias,
    DeleteModel,
    DeleteModelTag,
    DeleteVersion,
    DeleteVersionTag,
    DescribeModel,
    DescribeVersion,
    RegistryEdit,
    RenameModel,
    SetAlias,
    SetModelTag,
    SetVersionTag,
)
from bakehouse.domain.text import visible
from bakehouse.registry.consequences import consequence, name_problem, versions_in_the_way
from bakehouse.registry.editing import carry_out
from bakehouse.registry.registering import DIGEST_TAG, ModelSource, RegisterRequest, register
from bakehouse.store.handle import Store
from bakehouse.store.opening import open_store
from bakehouse.store.registrations import create_model_version, transition_stage
from bakehouse.store.registry import PROMPT_TAG, list_models
from bakehouse.store.undoing import put_back
from bakehouse.store.writing import Writer
from tests.store_dumps import dump
from tests.stores import add_run, change_store, insert, new_store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return new_store(tmp_path / "mlflow.db")


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    """Bread with three versions, the second in Production and champion; and a prompt."""
    with open_store(path) as opened:
        writer = Writer(opened)
        carry_out(writer, CreateModel("Bread", "Rye", (("team", "a"),)))
        for number in range(3):
            create_model_version(writer, "Bread", f"s3://b/{number}", description="baked", tags={"n": str(number)})
        transition_stage(writer, "Bread", 2, Stage.PRODUCTION)
        transition_stage(writer, "Bread", 3, Stage.ARCHIVED)
        carry_out(writer, SetAlias("Bread", "champion", 2))
        insert(path, "registered_models", {"name": "Greeting", "workspace": "default"})
        mark = {"name": "Greeting", "key": PROMPT_TAG, "value": "true", "workspace": "default"}
        insert(path, "registered_model_tags", mark)
        yield opened


def bread(store: Store) -> RegisteredModel:
    return next(model for model in list_models(store.reader(), Token()) if model.name == "Bread")


def version(model: RegisteredModel, number: int) -> ModelVersion:
    return next(one for one in model.versions if one.version == number)


def said(store: Store, edit: RegistryEdit) -> str:
    plan = consequence(edit, bread(store), {"Bread", "Greeting"})
    return " ".join(filter(None, (plan.sentence, plan.warning, plan.problem)))


# In words


def test_that_deleting_a_model_names_all_that_goes_and_what_is_in_use(store: Store) -> None:
    plan = consequence(DeleteModel("Bread"), bread(store))
    assert plan.sentence == (
        "Bread is deleted with 3 versions (1 in Production, 1 in Archived), 1 tag and the alias @champion. "
        "Runs and files of the models stay."
    )
    assert plan.warning == (
        "Version 2 is in Production: MLflow allows this, but programs that load models:/Bread/Production "
        "stop finding it."
    )
    assert plan.allowed


def test_that_deleting_a_version_names_its_stage_and_its_aliases(store: Store) -> None:
    words = said(store, DeleteVersion("Bread", 2))
    assert "Bread version 2, in Production, is deleted" in words
    assert "Its alias @champion goes with it." in words
    assert "MLflow allows this" in words
    assert not consequence(DeleteVersion("Bread", 3), bread(store)).warning


def test_that_renaming_names_the_versions_in_the_way(store: Store) -> None:
    assert said(store, RenameModel("Bread", "Rolls")) == (
        "Version 2 in Production stands in the way: a model is renamed only while all its versions are in stage None "
        "or Archived."
    )
    assert [one.version for one in versions_in_the_way(bread(store))] == [2]


def test_that_renaming_says_what_has_to_follow(store: Store) -> None:
    transition_stage(Writer(store), "Bread", 2, Stage.NONE)
    assert said(store, RenameModel("Bread", "Rolls")) == (
        "Bread, with 3 versions, is called Rolls. Programs that load models:/Bread/… have to be changed."
    )
    assert "taken" in said(store, RenameModel("Bread", "Greeting"))
    assert "“/”" in said(store, RenameModel("Bread", "a/b"))


def test_that_an_alias_says_from_where_it_moves(store: Store) -> None:
    assert said(store, SetAlias("Bread", "champion", 3)) == "The alias @champion moves from version 2 to version 3."
    assert said(store, SetAlias("Bread", "new", 3)) == "The alias @new points at version 3."
    assert "already" in said(store, SetAlias("Bread", "champion", 2))
    assert "version number" in said(store, SetAlias("Bread", "v1", 2))
    assert "of version 2 is removed" in said(store, DeleteAlias("Bread", "champion"))
    assert "any more" in said(store, DeleteAlias("Bread", "nobody"))


def test_that_what_is_gone_is_said_before_it_is_tried(store: Store) -> None:
    assert consequence(DescribeModel("Bread", "x"), None).problem == (
        "The registered model Bread is not in this store any more."
    )
    assert consequence(DeleteVersion("Bread", 9), bread(store)).problem == (
        "Bread version 9 is not in this store any more."
    )


def test_that_nothing_to_change_is_no_edit(store: Store) -> None:
    for edit in (
        DescribeModel("Bread", "Rye"),
        SetModelTag("Bread", "team", "a"),
        DescribeVersion("Bread", 1, "baked"),
    ):
        assert not consequence(edit, bread(store)).allowed


@given(st.text(), st.text())
def test_that_every_name_gets_either_a_sentence_or_a_problem(name: str, other: str) -> None:
    model = RegisteredModel(other, "", None, None, (), (), "default")
    for edit in (CreateModel(name), RenameModel(other, name), DeleteModel(other), SetModelTag(other, name, other)):
        plan = consequence(edit, model, {other})
        assert bool(plan.sentence) != bool(plan.problem)
        words = plan.sentence or plan.problem
        assert visible(words) == words


@given(st.text(max_size=300))
def test_that_a_name_that_is_let_through_is_one_that_mlflow_lets_through(name: str) -> None:
    if not name_problem(name, ()):
        assert "/" not in name
        assert ":" not in name
        assert name.strip()
        assert len(name) <= 256


# Written


@pytest.mark.parametrize(
    "edit",
    [
        DescribeModel("Bread", "Wheat"),
        SetModelTag("Bread", "team", "b"),
        SetModelTag("Bread", "new", "x"),
        DeleteModelTag("Bread", "team"),
        DescribeVersion("Bread", 1, ""),
        SetVersionTag("Bread", 1, "n", "7"),
        SetVersionTag("Bread", 1, "new", "x"),
        DeleteVersionTag("Bread", 1, "n"),
        SetAlias("Bread", "champion", 1),
        SetAlias("Bread", "second", 1),
        DeleteAlias("Bread", "champion"),
        DeleteVersion("Bread", 2, "Production"),
        DeleteModel("Bread", frozenset({1, 2, 3})),
    ],
)
def test_that_an_edit_can_be_taken_back_to_what_was_there(store: Store, path: Path, edit: RegistryEdit) -> None:
    before, stored = bread(store), dump(path)
    done = carry_out(Writer(store), edit)
    assert done.model_names == {"Bread"}
    assert dump(path) != stored
    assert done.undo is not None
    back = put_back(Writer(store), done.undo)
    assert back.model_names == {"Bread"}
    after = bread(store)
    assert without_times(after) == without_times(before)


def without_times(model: RegisteredModel) -> tuple[object, ...]:
    versions = [(v.version, v.stage, v.source, v.run_id, v.description, v.aliases, v.tags) for v in model.versions]
    return model.name, model.description, model.tags, versions


def test_that_a_model_with_a_deleted_version_comes_back_whole(store: Store, path: Path) -> None:
    carry_out(Writer(store), DeleteVersion("Bread", 1))
    before = dump(path)
    done = carry_out(Writer(store), DeleteModel("Bread"))
    assert done.sentence == "Registered model Bread deleted with 2 versions"
    assert done.undo is not None
    put_back(Writer(store), done.undo)
    assert dump(path) == before


def test_that_an_undo_is_refused_where_someone_else_was_there_since(store: Store) -> None:
    first = carry_out(Writer(store), SetAlias("Bread", "champion", 1))
    carry_out(Writer(store), SetAlias("Bread", "champion", 3))
    assert first.undo is not None
    with pytest.raises(WriteRefused, match="Someone else"):
        put_back(Writer(store), first.undo)
    assert version(bread(store), 3).aliases == ("champion",)


def test_that_an_alias_is_not_put_back_to_a_version_that_is_deleted(store: Store) -> None:
    moved = carry_out(Writer(store), SetAlias("Bread", "champion", 1))
    carry_out(Writer(store), DeleteVersion("Bread", 2))
    assert moved.undo is not None
    with pytest.raises(WriteRefused, match="deleted since"):
        put_back(Writer(store), moved.undo)


def test_that_a_renamed_model_takes_everything_along(store: Store, path: Path) -> None:
    transition_stage(Writer(store), "Bread", 2, Stage.ARCHIVED)
    carry_out(Writer(store), RenameModel("Bread", "Rolls"))
    (model,) = list_models(store.reader(), Token())
    assert (model.name, model.tags, len(model.versions)) == ("Rolls", (("team", "a"),), 3)
    assert version(model, 2).aliases == ("champion",)
    assert version(model, 1).tags == (("n", "0"),)
    assert "Bread" not in repr(dump(path))


def test_that_a_version_s_number_is_not_given_again(store: Store) -> None:
    carry_out(Writer(store), DeleteVersion("Bread", 3))
    assert create_model_version(Writer(store), "Bread", "s3://b/x").version == 4


@pytest.mark.parametrize(
    ("edit", "word"),
    [
        (DeleteVersion("Bread", 9), "any more"),
        (DeleteVersion("Bread", 2, "Staging"), "by now"),
        (DeleteModel("Bread", frozenset({1, 2})), "other versions"),
        (DeleteModel("Rolls"), "any more"),
        (RenameModel("Bread", "Rolls"), "1 version of Bread is in Staging or Production"),
        (RenameModel("Bread", "Greeting"), "prompt"),
        (RenameModel("Bread", "../x"), "“/”"),
        (RenameModel("Bread", "x" * 257), "257"),
        (CreateModel("Bread"), "there by now"),
        (CreateModel("Greeting"), "prompt"),
        (CreateModel(""), "needs a name"),
        (CreateModel("New", tags=(("a//b", "x"),)), "path"),
        (DescribeModel("Greeting", "x"), "prompt"),
        (DeleteModel("Greeting"), "prompt"),
        (SetModelTag("Bread", PROMPT_TAG, "true"), "into a prompt"),
        (SetModelTag("Bread", "", "x"), "key"),
        (DeleteModelTag("Bread", "nobody"), "any more"),
        (DescribeVersion("Bread", 1, "x" * 5001), "5,001"),
        (SetAlias("Bread", "latest", 1), "newest"),
        (SetAlias("Bread", "x", 9), "any more"),
        (DeleteAlias("Bread", "nobody"), "any more"),
    ],
)
def test_that_what_cannot_be_done_is_refused_with_a_sentence(
    store: Store, path: Path, edit: RegistryEdit, word: str
) -> None:
    before = dump(path)
    with pytest.raises(WriteRefused, match=word) as refused:
        carry_out(Writer(store), edit)
    assert str(refused.value).endswith((".", "list."))
    assert dump(path) == before


def test_that_an_html_name_is_just_a_name(store: Store, path: Path) -> None:
    carry_out(Writer(store), CreateModel("<b>&amp;<b>"))
    with closing(sqlite3.connect(path)) as connection:
        assert ("<b>&amp;<b>",) in connection.execute("SELECT name FROM registered_models").fetchall()


def test_that_a_store_without_aliases_says_so(store: Store, path: Path) -> None:
    change_store(path, "DROP TABLE registered_model_aliases")
    with open_store(path) as older, pytest.raises(WriteRefused, match="knows no aliases"):
        carry_out(Writer(older), SetAlias("Bread", "x", 1))
    with open_store(path) as older:
        carry_out(Writer(older), DeleteVersion("Bread", 1))
        carry_out(Writer(older), DeleteModel("Bread"))


# Registered


def request(**changed: object) -> RegisterRequest:
    source = ModelSource("model", "s3://b/model", "s3://b/model", "r1")
    return replace(RegisterRequest("Bread", False, source), **changed)  # type: ignore[arg-type]


def test_that_a_version_comes_with_its_words_tags_aliases_and_digest_at_once(store: Store, path: Path) -> None:
    add_run(path, "r1")
    asked = request(description="d", tags=(("a", "b"),), aliases=("champion", "new"), digest="sha256:0 rule 1")
    done = register(Writer(store), asked)
    found = version(bread(store), done.version)
    assert done.version == 4
    assert (found.description, found.aliases, found.run_id) == ("d", ("champion", "new"), "r1")
    assert found.tags == (("a", "b"), (DIGEST_TAG, "sha256:0 rule 1"))
    assert version(bread(store), 2).aliases == ()


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"name": "Gone"}, "not in this store any more"),
        ({"name": "Bread", "new_model": True}, "there by now"),
        ({"name": "Greeting"}, "prompt"),
        ({"name": "a/b", "new_model": True}, "“/”"),
        ({"aliases": ("v1",)}, "version number"),
        ({"tags": (("a", "1"), ("a", "2"))}, "there twice"),
        ({"tags": (("a", "x" * 100_001),)}, "characters"),
        ({"description": "x" * 5001}, "5,001"),
        ({"source": ModelSource("m", "s3://b/m", "s3://b/m", "r2")}, "run of this model is not in the store"),
        ({"source": ModelSource("m", "models:/m-gone", "", "r1")}, "logged model models:/m-gone is not in this store"),
        ({"source": ModelSource("m", "s3://" + "x" * 600, "", "r1")}, "source has 605 characters"),
    ],
)
def test_that_what_cannot_be_registered_is_refused_whole(
    store: Store, path: Path, changed: dict[str, object], word: str
) -> None:
    add_run(path, "r1")
    before = dump(path)
    with pytest.raises(WriteRefused, match=word):
        register(Writer(store), request(**changed))
    assert dump(path) == before
