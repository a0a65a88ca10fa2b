"""What the comparison of artifacts reads in tasks: which files there are, two as texts, pictures of all runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bakehouse.analysis.comparison import Comparison
from bakehouse.analysis.differences import Difference, text_difference
from bakehouse.artifacts.comparing import Place, RunFiles, bring_here, model_places, read_text, run_files
from bakehouse.artifacts.fetching import Fetched
from bakehouse.artifacts.listing import Entry
from bakehouse.artifacts.locator import Locator
from bakehouse.artifacts.protection import Guard
from bakehouse.artifacts.series import member_step
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import ArtifactError
from bakehouse.domain.text import counted
from bakehouse.store.handle import Store
from bakehouse.store.registry import logged_models_of_runs
from bakehouse.widgets.preview_loading import Picture, load_preview


@dataclass(frozen=True)
class Compared:
    """What was made of two texts: the difference, or why there is none; and what is to be said."""

    difference: Difference | None
    sentence: str


@dataclass(frozen=True)
class FileReading:
    """Where files are read; any thread. Files of other machines are fetched into the cache folder first."""

    store: Store
    locator: Locator
    guard: Guard
    fetched: Fetched

    def find(self, comparison: Comparison, token: Token) -> list[RunFiles]:
        """The files of each run and of the models that it logged. Raises StoreError kin, Cancelled."""
        models = logged_models_of_runs(self.store.reader(), comparison.run_ids, token)
        found = []
        for place, (run_id, uri) in enumerate(zip(comparison.run_ids, comparison.artifact_uris, strict=True)):
            logged = [(model.name, model.artifact_location) for model in models.get(run_id, ())]
            found.append(run_files(self.locator, self.guard, [Place(uri), *model_places(logged)], token))
            token.report(place + 1, len(comparison.run_ids), "Finding files")
        return found

    def compare(self, sides: Sequence[Entry | None], names: Sequence[str], token: Token) -> Compared:
        """Two files line by line. Raises ArtifactError, Cancelled."""
        texts: list[str] = []
        said: list[str] = []
        for name, entry in zip(names, sides, strict=True):
            if entry is None:
                return Compared(None, f"{name} has no such file.")
            bring_here(entry, self.fetched, token)
            text, notice = read_text(entry, self.guard, token)
            if text is None:
                return Compared(None, notice)
            texts.append(text)
            said += [f"{name}: {notice}"] if notice else []
        difference = text_difference(texts[0], texts[1], token.check)
        words = f"{counted(difference.changed, 'line')} differ" if difference.changed != 1 else "1 line differs"
        parts = [words if difference.changed else "Both files say the same", difference.notice, *said]
        return Compared(difference, "; ".join(part for part in parts if part))

    def pictures(self, entries: Sequence[Entry | str], token: Token) -> list[Picture | str]:
        """Each picture, or the sentence that stands in its place. Raises Cancelled."""
        pictures: list[Picture | str] = []
        for entry in entries:
            if isinstance(entry, str):
                pictures.append(entry)
                continue
            try:
                bring_here(entry, self.fetched, token)
                shown = load_preview(entry, self.guard, token).shown
            except ArtifactError as error:
                pictures.append(str(error))
                continue
            pictures.append(shown if isinstance(shown, Picture) else "This picture cannot be shown.")
        return pictures


def at_step(entry: Entry | None, step: int | None) -> Entry | str:
    """A run's picture of a series at `step`, or why there is none."""
    if entry is None:
        return "No such picture in this run."
    if step is None or not entry.members:
        return entry
    for one in entry.members:
        known = member_step(one.name)
        if known is not None and known[1] == step:
            return one
    return f"No picture at step {step:,} in this run."
