"""What a person has to know before an edit: the tags that runs carry, their notes, their children."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bakehouse.domain.cancellation import Token
from bakehouse.domain.edits import NOTE_TAG
from bakehouse.domain.runs import Experiment
from bakehouse.store.experiments import list_experiments
from bakehouse.store.keys import distinct_keys
from bakehouse.store.reading import Reader
from bakehouse.store.values import as_text

_LOOK_UP = 500
_PAGE = 5_000
_COUNTED_RUNS = 2_000
"""Of more runs the tags are not counted one by one: the question would come too late."""

PARENT_TAG = "mlflow.parentRunId"
DEFAULT_VALUE_LIMIT = 5000


@dataclass(frozen=True, slots=True)
class TagUse:
    """One key among the runs asked for: how many carry it, and the value when it is the same in all of those."""

    key: str
    runs: int
    value: str | None


@dataclass(frozen=True, slots=True)
class RunEditFacts:
    """What is known of the runs of an edit. `tags` is None where there are too many runs to count."""

    runs: int
    name: str
    """Of a single run."""
    tags: tuple[TagUse, ...]
    counted: bool
    """Whether `tags` counts; else it holds the store's keys only."""
    value_limit: int

    def use(self, key: str) -> TagUse | None:
        return next((one for one in self.tags if one.key == key), None)

    @property
    def note(self) -> TagUse | None:
        return self.use(NOTE_TAG)


def read_run_facts(reader: Reader, run_ids: Sequence[str], token: Token) -> RunEditFacts:
    """The tags of these runs, counted when there are at most 2,000. Raises StoreError kin."""
    counted = len(run_ids) <= _COUNTED_RUNS
    found: dict[str, tuple[int, str | None]] = {}
    if counted:
        for first in range(0, len(run_ids), _LOOK_UP):
            some = run_ids[first : first + _LOOK_UP]
            sql = f"SELECT key, value FROM tags WHERE run_uuid IN ({', '.join('?' * len(some))})"
            for key, value in reader.rows(sql, some, token=token):
                name, text = as_text(key), as_text(value)
                number, same = found.get(name, (0, text))
                found[name] = (number + 1, text if same == text else None)
    else:
        encoding = reader.schema.encoding
        found = {key.decode(encoding, "replace"): (0, None) for key in distinct_keys(reader, "tags", token)}
    uses = tuple(TagUse(key, number, value) for key, (number, value) in sorted(found.items()))
    name = ""
    if len(run_ids) == 1 and reader.has("runs", "name"):
        row = reader.first("SELECT name FROM runs WHERE run_uuid = ?", (run_ids[0],), token=token)
        name = as_text(row[0]) if row else ""
    return RunEditFacts(len(run_ids), name, uses, counted, value_limit(reader, token))


def count_children(reader: Reader, run_ids: Sequence[str], token: Token) -> int:
    """How many runs name one of these as their parent and are not among them."""
    chosen = set(run_ids)
    children, last = 0, ""
    while True:
        sql = "SELECT run_uuid, value FROM tags WHERE key = ? AND run_uuid > ? ORDER BY run_uuid LIMIT ?"
        rows = reader.rows(sql, (PARENT_TAG, last, _PAGE), token=token)
        children += sum(value in chosen and run_id not in chosen for run_id, value in rows)
        if len(rows) < _PAGE:
            return children
        last = rows[-1][0]


def value_limit(reader: Reader, token: Token, table: str = "tags") -> int:
    """How many characters a tag's value takes in this store."""
    row = reader.first("SELECT type FROM pragma_table_info(?) WHERE name = 'value'", (table,), token=token)
    digits = "".join(c for c in as_text(row[0]) if c.isdigit()) if row else ""
    return int(digits) if digits else 20_000


def read_experiment(reader: Reader, experiment_id: int, token: Token) -> tuple[Experiment | None, dict[str, str]]:
    """One experiment with the number of its runs, and its tags by key, sorted."""
    found = next((one for one in list_experiments(reader, token) if one.experiment_id == experiment_id), None)
    if not reader.has("experiment_tags"):
        return found, {}
    sql = "SELECT key, value FROM experiment_tags WHERE experiment_id = ? ORDER BY key"
    rows = reader.rows(sql, (experiment_id,), token=token)
    return found, {as_text(key): as_text(value) for key, value in rows}
