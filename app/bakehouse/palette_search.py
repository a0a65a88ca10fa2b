"""What the palette offers and how it is searched: few things at once, the runs of the store in tasks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from bakehouse.analysis.names import NameIndex, Query, Tier, matched_spans, tier_of
from bakehouse.dialogs.palette import PaletteDialog
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import BakehouseError
from bakehouse.domain.text import counted, visible
from bakehouse.itemmodels.palette_rows import Entry, Group
from bakehouse.settings import Settings
from bakehouse.store.handle import Store
from bakehouse.store.run_names import RunNames, read_run_names
from bakehouse.tasks import Lane, TaskRunner
from bakehouse.theme import Theme

_READ, _FIND = "palette.read", "palette.find"
_NOUNS = {
    "Commands": "command",
    "Experiments": "experiment",
    "Models": "model",
    "Versions": "version",
    "Stores": "store",
    "Help": "help page",
}
_RUNS = 40
_FEW = 12
_NEWEST = 5
_RECENT = 6
_ID_LENGTH = 4
_HEX = frozenset("0123456789abcdef")


@dataclass(frozen=True)
class _Runs:
    """The runs of one store, ready to be searched."""

    names: RunNames
    by_name: NameIndex
    by_id: NameIndex
    row_of: dict[str, int]


@dataclass(frozen=True)
class _Found:
    query: Query
    rows: list[tuple[Tier, int]]


class PaletteSearch(QObject):
    """Owned by one window; keeps the names of its store's runs between two openings. GUI thread."""

    run_wanted = Signal(str)

    def __init__(self, tasks: TaskRunner, settings: Settings, window: QWidget) -> None:
        super().__init__(window)
        self._tasks = tasks
        self._settings = settings
        self._window = window
        self._store: Store | None = None
        self._runs: _Runs | None = None
        self._is_stale = True
        self._groups: Sequence[Group] = ()
        self._found = _Found(Query(""), [])
        self._problem = ""
        self._dialog: PaletteDialog | None = None

    def set_store(self, store: Store | None) -> None:
        """Find runs of this store from now on."""
        for slot in (_READ, _FIND):
            self._tasks.cancel(slot)
        self._store, self._runs, self._is_stale, self._problem = store, None, True, ""

    def store_changed(self) -> None:
        """The names may be others by now: the next opening reads them again."""
        self._is_stale = True

    def open(self, groups: Sequence[Group], theme: Theme) -> None:
        """Ask what to go to: one of `groups` or a run."""
        if self._dialog is not None:
            self._dialog.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
            return
        self._groups = groups
        self._found = _Found(Query(""), [])
        dialog = self._dialog = PaletteDialog(theme, self._window)
        dialog.typed.connect(self._search)
        dialog.gone_to.connect(self._remember)
        dialog.finished.connect(self._closed)
        dialog.destroyed.connect(self._closed)
        self._read()
        self._search("")
        dialog.open()
        dialog.search.setFocus(Qt.FocusReason.ShortcutFocusReason)

    # Runs

    def _read(self) -> None:
        if self._store is not None and self._is_stale:
            self._is_stale = False
            self._tasks.start(_READ, partial(_read, self._store), done=self._ready, failed=self._fail)

    def _ready(self, runs: _Runs) -> None:
        self._runs, self._problem = runs, ""
        self._find()

    def _fail(self, error: BakehouseError) -> None:
        self._is_stale, self._problem = True, str(error)
        self._show(keep=True)

    def _find(self) -> None:
        """Look for runs in a task; until it is done those found last stay as far as they still match."""
        if self._dialog is None or self._runs is None:
            return
        query = Query(self._dialog.search.text())
        work = partial(_find, self._runs, query)
        self._tasks.start(_FIND, work, done=self._runs_found, failed=self._fail, lane=Lane.MEMORY)

    def _runs_found(self, found: _Found) -> None:
        self._found = found
        self._show(keep=True)

    # Results

    def _search(self, text: str) -> None:
        runs, query = self._runs, Query(text)
        if runs is not None:
            rows = [(tier, row) for _, row in self._found.rows if (tier := _tier_of_run(runs, row, query)) is not None]
            self._found = _Found(query, sorted(rows) if query.phrase else rows)
        self._show()
        self._find()

    def _show(self, *, keep: bool = False) -> None:
        if self._dialog is None:
            return
        query = Query(self._dialog.search.text())
        groups = self._all_first() if not query.phrase else self._matching(query)
        self._dialog.show_groups(groups, nothing=self._why_nothing(query), footer=self._footer(), keep=keep)

    def _all_first(self) -> list[Group]:
        """What is there before anything is typed: what was used last, then everything in its order."""
        known = {entry.key: entry for group in self._groups for entry in group.entries if entry.enabled}
        recent: list[Entry] = []
        for key in self._settings.recent_places:
            entry = known.get(key) or self._recent_run(key)
            if entry is not None and len(recent) < _RECENT:
                recent.append(entry)
        enabled = [replace(g, entries=[entry for entry in g.entries if entry.enabled]) for g in self._groups]
        return [Group("Recent", recent), *enabled, self._run_group("Newest runs", _NEWEST)]

    def _matching(self, query: Query) -> list[Group]:
        """The groups with a match, that with the best one first, in each the best on top."""
        recent = {key: place for place, key in enumerate(self._settings.recent_places)}
        never = len(recent)
        scored: list[tuple[Tier, int, Group]] = []
        for place, group in enumerate(self._groups):
            asked = _without_kind(query, group.title)
            hits = [(tier, entry) for entry in group.entries if (tier := _tier_of_entry(entry, asked)) is not None]
            if not hits:
                continue
            hits.sort(key=lambda hit: (not hit[1].enabled, hit[0], recent.get(hit[1].key, never)))
            entries = [entry for _, entry in hits[:_FEW]]
            title = group.title if len(hits) <= _FEW else f"{group.title} · the best {_FEW} of {len(hits):,}"
            spans = [matched_spans(visible(entry.text, 200), asked) for entry in entries]
            best = hits[0][0] if hits[0][1].enabled else Tier.SCATTERED
            scored.append((best, place, Group(title, entries, spans)))
        rows = self._found.rows
        if rows and self._runs is not None:
            many = len(rows) >= _RUNS
            group = self._run_group(f"Runs · the best {_RUNS}" if many else "Runs", _RUNS, query)
            scored.append((rows[0][0], len(self._groups), group))
        return [group for _, _, group in sorted(scored, key=lambda one: one[:2])]

    def _run_group(self, title: str, most: int, query: Query | None = None) -> Group:
        runs = self._runs
        if runs is None:
            return Group(title, ())
        recent = {key: place for place, key in enumerate(self._settings.recent_places)}
        rows = [row for _, row in self._found.rows]
        if query is not None:
            tier_of_row = {row: tier for tier, row in self._found.rows}
            rows.sort(key=lambda row: (tier_of_row[row], recent.get(_run_key(runs.names.run_ids[row]), len(recent))))
        entries = [self._run_entry(runs, row) for row in rows[:most]]
        spans = [matched_spans(visible(entry.text, 200), query) for entry in entries] if query is not None else ()
        return Group(title, entries, spans)

    def _run_entry(self, runs: _Runs, row: int) -> Entry:
        run_id, name = runs.names.run_ids[row], runs.names.names[row]
        experiment = runs.names.experiments.get(int(runs.names.experiment_ids[row]), "")
        go = partial(self.run_wanted.emit, run_id)
        return Entry(_run_key(run_id), name, "table", go, "" if name == run_id else run_id[:8], visible(experiment, 80))

    def _recent_run(self, key: str) -> Entry | None:
        runs = self._runs
        row = None if runs is None else runs.row_of.get(key.removeprefix(_run_key("")))
        return None if runs is None or row is None else self._run_entry(runs, row)

    # Words

    def _footer(self) -> str:
        if self._problem:
            return visible(self._problem, 200)
        if self._store is not None and self._runs is None:
            return "Reading the names of the runs …"
        keys = "Enter goes · Ctrl+Enter opens a store in a new window · Esc leaves"
        return f"{keys} · {counted(self._runs.by_name.size, 'run')} searched" if self._runs is not None else keys

    def _why_nothing(self, query: Query) -> str:
        parts = [counted(len(group.entries), _NOUNS.get(group.title, group.title.lower())) for group in self._groups]
        if self._runs is not None:
            parts.append(f"{counted(self._runs.by_name.size, 'run')} by name and id")
        said = f"Nothing here is called “{visible(query.phrase, 60)}”. Searched: {', '.join(parts)}."
        if self._store is None:
            return f"{said} No store is open, so there are no experiments, runs or models to find."
        if self._runs is None:
            return f"{said} The names of the runs are still being read."
        return f"{said} Deleted runs are left out; params, metrics and tags are found by the filter (Ctrl+F)."

    def _remember(self, entry: Entry) -> None:
        self._settings.remember_place(entry.key)

    def _closed(self, _result: object = None) -> None:
        self._dialog = None
        self._tasks.cancel(_FIND)


def store_group(recent: Sequence[Path], choose: Callable[..., object]) -> Group:
    """The stores opened before; `choose(path)` opens one here, `choose(path, True)` in another window."""
    entries = [
        Entry(
            f"store/{path}",
            path.name,
            "database",
            partial(choose, path),
            str(path.parent),
            go_aside=partial(choose, path, True),
        )
        for path in recent
    ]
    return Group("Stores", entries)


def _read(store: Store, token: Token) -> _Runs:
    names = read_run_names(store.reader(), token)
    row_of = {run_id: row for row, run_id in enumerate(names.run_ids)}
    return _Runs(names, NameIndex(names.names, token.check), NameIndex(names.run_ids, token.check), row_of)


def _find(runs: _Runs, query: Query, token: Token) -> _Found:
    rows = runs.by_name.find(query, _RUNS, token.check)
    if _may_be_id(query):
        known = {row for _, row in rows}
        ids = runs.by_id.find(query, _RUNS, token.check, worst=Tier.PREFIX)
        rows = sorted([*rows, *((tier, row) for tier, row in ids if row not in known)])[:_RUNS]
    return _Found(query, rows)


def _tier_of_run(runs: _Runs, row: int, query: Query) -> Tier | None:
    tiers = [tier_of(runs.names.names[row], query)]
    if _may_be_id(query) and runs.names.run_ids[row].startswith(query.phrase):
        tiers.append(Tier.PREFIX)
    return min((tier for tier in tiers if tier is not None), default=None)


def _tier_of_entry(entry: Entry, query: Query) -> Tier | None:
    tier = tier_of(entry.text, query)
    if tier is None and entry.detail and query.phrase and query.phrase in entry.detail.casefold():
        return Tier.WORDS
    return tier


def _without_kind(query: Query, title: str) -> Query:
    """`exp price` asks for price among the experiments."""
    first, *rest = query.words or ("",)
    return Query(" ".join(rest)) if rest and len(first) > 2 and title.casefold().startswith(first) else query


def _may_be_id(query: Query) -> bool:
    return len(query.phrase) >= _ID_LENGTH and _HEX.issuperset(query.phrase)


def _run_key(run_id: str) -> str:
    return f"run/{run_id}"
