"""What an edit of the registry would do, in sentences, before it is written; or why it cannot be done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from bakehouse.domain.limits import tag_key_problem
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
from bakehouse.domain.text import counted, visible
from bakehouse.registry.names import alias_problem, model_name_problem, prompt_tag_problem

_SHOWN = 60
_NAMED = 6
_AT_REST = (Stage.NONE.value, Stage.ARCHIVED.value)


@dataclass(frozen=True, slots=True)
class EditPlan:
    """What an edit would do.

    `problem` says why it cannot be done; the sentences are empty then. `warning` is what speaks against it although
    MLflow allows it. `changes` is False where everything is as asked for already.
    """

    sentences: tuple[str, ...]
    problem: str = ""
    warning: str = ""
    changes: bool = True

    @property
    def sentence(self) -> str:
        return " ".join(self.sentences)

    @property
    def allowed(self) -> bool:
        return not self.problem and self.changes


def consequence(edit: RegistryEdit, model: RegisteredModel | None, taken: Collection[str] = ()) -> EditPlan:
    """Say what `edit` does to `model`, which is the one it names as the store has it (None: it is gone, or new).

    `taken`: the names in use within the workspace, prompts' among them (`store.registrations.greatest_versions`).
    """
    if isinstance(edit, CreateModel):
        return _create(edit, taken)
    if model is None:
        return _refused(f"The registered model {visible(edit.name, _SHOWN)} is not in this store any more.")
    match edit:
        case RenameModel():
            return _rename(edit, model, taken)
        case DeleteModel():
            return _delete_model(model)
        case DescribeModel(text=text):
            return _described(f"the description of {_named(model)}", model.description, text)
        case SetModelTag(key=key, value=value):
            return _set_tag(_named(model), dict(model.tags), key, value)
        case DeleteModelTag(key=key):
            return _delete_tag(_named(model), dict(model.tags), key)
        case DeleteAlias(alias=alias):
            return _delete_alias(model, alias)
    version = next((one for one in model.versions if one.version == edit.version), None)
    if version is None:
        return _refused(f"{_named(model)} version {edit.version} is not in this store any more.")
    match edit:
        case DeleteVersion():
            return _delete_version(model, version)
        case DescribeVersion(text=text):
            subject = f"the description of {_named(model)} version {version.version}"
            return _described(subject, version.description, text)
        case SetVersionTag(key=key, value=value):
            return _set_tag(f"{_named(model)} version {version.version}", dict(version.tags), key, value)
        case DeleteVersionTag(key=key):
            return _delete_tag(f"{_named(model)} version {version.version}", dict(version.tags), key)
        case SetAlias(alias=alias):
            return _set_alias(model, version, alias)


def versions_in_the_way(model: RegisteredModel) -> tuple[ModelVersion, ...]:
    """The versions outside None and Archived, ascending: with one of them a model cannot be renamed."""
    return tuple(one for one in reversed(model.versions) if one.stage not in _AT_REST)


def name_problem(name: str, taken: Collection[str]) -> str:
    """Why a model cannot get this name, while it is typed; empty when it can."""
    problem = model_name_problem(name)
    if problem is None and name in taken:
        problem = f"{visible(name, _SHOWN)} is taken in this store, by a model or a prompt."
    return problem or ""


def _create(edit: CreateModel, taken: Collection[str]) -> EditPlan:
    problem = name_problem(edit.name, taken)
    if problem:
        return _refused(problem)
    return EditPlan((f"Creates the registered model {visible(edit.name, _SHOWN)}, without versions yet.",))


def _rename(edit: RenameModel, model: RegisteredModel, taken: Collection[str]) -> EditPlan:
    in_the_way = versions_in_the_way(model)
    if in_the_way:
        names = _joined(f"version {one.version} in {visible(one.stage, 20)}" for one in in_the_way)
        stands = "stands" if len(in_the_way) == 1 else "stand"
        return _refused(
            f"{_capital(names)} {stands} in the way: a model is renamed only while all its versions are in stage None "
            "or Archived."
        )
    if edit.new_name == model.name:
        return EditPlan((f"It is called {_named(model)} already.",), changes=False)
    problem = name_problem(edit.new_name, taken)
    if problem:
        return _refused(problem)
    sentences = [
        f"{_named(model)}, with {counted(len(model.versions), 'version')}, is called {visible(edit.new_name, _SHOWN)}."
    ]
    if model.versions:
        sentences.append(f"Programs that load models:/{_named(model)}/… have to be changed.")
    return EditPlan(tuple(sentences))


def _delete_model(model: RegisteredModel) -> EditPlan:
    tags, aliases = len(model.tags), aliases_of(model)
    parts = [counted(len(model.versions), "version") + _by_stage(model.versions)] if model.versions else []
    parts += [f"{counted(tags, 'tag')}"] if tags else []
    parts += (
        [f"the alias{'es' * (len(aliases) > 1)} {_joined(f'@{visible(one, 40)}' for one in aliases)}"]
        if aliases
        else []
    )
    whole = f"{_named(model)} is deleted" + (f" with {_joined(parts)}." if parts else ".")
    rest = "Runs and files of the models stay." if model.versions else ""
    return EditPlan(tuple(filter(None, (whole, rest))), warning=_in_use(model, versions_in_the_way(model)))


def _delete_version(model: RegisteredModel, version: ModelVersion) -> EditPlan:
    sentences = [
        f"{_named(model)} version {version.version}, in {_stage(version.stage)}, is deleted; "
        f"its number is not given again, and the registry forgets its source and run."
    ]
    if version.aliases:
        names = _joined(f"@{visible(one, 40)}" for one in version.aliases)
        sentences.append(f"Its alias{'es' * (len(version.aliases) > 1)} {names} {_go(len(version.aliases))}.")
    sentences.append("Its run and its files stay.")
    in_use = (version,) if version.stage not in _AT_REST else ()
    return EditPlan(tuple(sentences), warning=_in_use(model, in_use))


def aliases_of(model: RegisteredModel) -> tuple[str, ...]:
    """The aliases of all versions, sorted."""
    return tuple(sorted(alias for version in model.versions for alias in version.aliases))


def _set_alias(model: RegisteredModel, version: ModelVersion, alias: str) -> EditPlan:
    problem = alias_problem(alias)
    if problem:
        return _refused(problem)
    held_by = next((one for one in model.versions if alias in one.aliases), None)
    shown = f"@{visible(alias, 40)}"
    if held_by is None:
        return EditPlan((f"The alias {shown} points at version {version.version}.",))
    if held_by.version == version.version:
        return EditPlan((f"The alias {shown} points at version {version.version} already.",), changes=False)
    return EditPlan((f"The alias {shown} moves from version {held_by.version} to version {version.version}.",))


def _delete_alias(model: RegisteredModel, alias: str) -> EditPlan:
    held_by = next((one for one in model.versions if alias in one.aliases), None)
    shown = f"@{visible(alias, 40)}"
    if held_by is None:
        return _refused(f"{_named(model)} has no alias {shown} any more.")
    return EditPlan((f"The alias {shown} of version {held_by.version} is removed; nothing loads by it any more.",))


def _described(subject: str, before: str, text: str) -> EditPlan:
    if before == text:
        return EditPlan((f"{_capital(subject)} reads so already.",), changes=False)
    return EditPlan((f"{_capital(subject)} is {'written anew' if text else 'emptied'}.",))


def _set_tag(subject: str, tags: dict[str, str], key: str, value: str) -> EditPlan:
    problem = tag_key_problem(key) or prompt_tag_problem(key)
    if problem:
        return _refused(problem)
    shown = f"“{visible(key, _SHOWN)}”"
    if key not in tags:
        return EditPlan((f"{subject} gets the tag {shown}.",))
    if tags[key] == value:
        return EditPlan((f"The tag {shown} of {subject} reads so already.",), changes=False)
    return EditPlan((f"The tag {shown} of {subject} changes.",))


def _delete_tag(subject: str, tags: dict[str, str], key: str) -> EditPlan:
    shown = f"“{visible(key, _SHOWN)}”"
    if key not in tags:
        return _refused(f"{subject} has no tag {shown} any more.")
    return EditPlan((f"The tag {shown} of {subject} is removed.",))


def _in_use(model: RegisteredModel, versions: Collection[ModelVersion]) -> str:
    """A warning about versions that are in use; MLflow itself deletes them without a word."""
    if not versions:
        return ""
    names = _joined(f"version {one.version} is in {visible(one.stage, 20)}" for one in versions)
    stages = dict.fromkeys(one.stage for one in versions)
    addresses = _joined(f"models:/{_named(model)}/{visible(stage, 20)}" for stage in stages)
    return f"{_capital(names)}: MLflow allows this, but programs that load {addresses} stop finding it."


def _by_stage(versions: Collection[ModelVersion]) -> str:
    """` (2 in Production, 1 archived)`: those outside None by stage; empty when there are none."""
    counts = Counter(one.stage for one in versions if one.stage != Stage.NONE.value)
    known = [stage.value for stage in (Stage.PRODUCTION, Stage.STAGING, Stage.ARCHIVED)]
    order = [stage for stage in known if stage in counts] + sorted(stage for stage in counts if stage not in known)
    return f" ({', '.join(f'{counts[stage]:,} in {visible(stage, 20)}' for stage in order)})" if order else ""


def _joined(parts: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`; of very many the first ones and how many more there are."""
    all_parts = list(parts)
    if len(all_parts) > _NAMED:
        return f"{', '.join(all_parts[: _NAMED - 1])} and {len(all_parts) - _NAMED + 1:,} more"
    return " and ".join(filter(None, (", ".join(all_parts[:-1]), *all_parts[-1:])))


def _named(model: RegisteredModel) -> str:
    return visible(model.name, _SHOWN)


def _stage(stage: str) -> str:
    return "stage None" if stage == Stage.NONE.value else visible(stage, 20)


def _go(number: int) -> str:
    return "goes with it" if number == 1 else "go with it"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _refused(problem: str) -> EditPlan:
    return EditPlan((), problem)
