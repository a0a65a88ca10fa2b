"""How much of the trail is verified, in words: quickly from the last verified head on, as a whole on demand."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Signal

from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import BakehouseError, PersonalFileError
from bakehouse.domain.trail import Finding
from bakehouse.pages.session import Session
from bakehouse.personal.trail_memory import SeenTrail, TrailMemory
from bakehouse.registry.trail_check import Expected, check_since, check_trail, known_ids
from bakehouse.registry.verifying import Verification
from bakehouse.store.handle import Store
from bakehouse.tasks import Lane

_SLOT = "reviews.verify"


@dataclass(frozen=True)
class Checked:
    """What a check told. `entries` is 0 for a store without a trail; `is_whole`: it went from the beginning."""

    entries: int = 0
    findings: tuple[Finding, ...] = ()
    notices: tuple[str, ...] = ()
    is_whole: bool = False
    trouble: str = ""
    """Why nothing could be checked."""

    @property
    def words(self) -> str:
        """The chip's text."""
        if self.trouble:
            return "● cannot be verified"
        if self.findings:
            return "● does not hold"
        entries = "1 entry" if self.entries == 1 else f"{self.entries:,} entries"
        return f"● {entries} verified" if self.entries else ""

    @property
    def tone(self) -> str:
        return "bad" if self.findings or self.trouble else "good"

    @property
    def sentence(self) -> str:
        """The findings or what stands, for a dialog."""
        if self.trouble:
            return self.trouble
        lines = [one.sentence for one in self.findings[:12]]
        more = len(self.findings) - len(lines)
        lines += [f"… and {more:,} more; bakehouse verify lists them."] if more > 0 else []
        if not lines:
            lines = [
                f"Order, links and signatures of {self.entries:,} entries hold"
                + (", and so do roles, policies, the tables and MLflow's stages." if self.is_whole else ".")
            ]
            lines.append("That nothing was cut from the end shows only against a head kept elsewhere; yours is kept.")
        return "\n".join([*lines, *self.notices[:6]])


class TrailChecking(QObject):
    """Owned by the reviews page. Checks in the BACKGROUND lane. GUI thread only."""

    checked = Signal(object)
    """A Checked."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session: Session | None = None
        self.last = Checked()

    def set_session(self, session: Session | None) -> None:
        """The open store; None when it is closed."""
        if self._session is not None:
            self._session.tasks.cancel(_SLOT)
        self._session, self.last = session, Checked()

    def check(self, *, whole: bool) -> None:
        """Check from the last verified head on, or with `whole` from the beginning."""
        if self._session is None:
            return
        self._session.tasks.start(
            _SLOT,
            partial(_check, self._session.store, whole),
            done=self._done,
            failed=self._failed,
            lane=Lane.BACKGROUND,
            title="Verifying the trail" if whole else "",
        )

    def _done(self, found: Checked) -> None:
        self.last = found
        self.checked.emit(found)

    def _failed(self, error: BakehouseError) -> None:
        self._done(Checked(trouble=str(error)))


def _check(store: Store, whole: bool, token: Token) -> Checked:
    memory = TrailMemory()
    try:
        seen = next((seen for one in known_ids(store, token) if (seen := memory.seen(one)) is not None), None)
    except PersonalFileError:
        seen = None
    if not whole and seen is not None and seen.verified is not None:
        quick = check_since(store, seen.verified, token, seen.head)
        if quick is not None:
            return _told(quick, is_whole=False)
    done = check_trail(store, token, _expected(seen))
    if done is None:
        return Checked()
    if done.holds and done.head is not None:
        memory.remember(done.projection.store_id, done.head, verified=True)
    return _told(done, is_whole=True)


def _expected(seen: SeenTrail | None) -> Sequence[Expected]:
    if seen is None:
        return ()
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(seen.seen_ms / 1000))
    return (Expected(seen.head, f"on {when}"),)


def _told(done: Verification, *, is_whole: bool) -> Checked:
    entries = done.head.length if done.head is not None else 0
    return Checked(entries, tuple(done.findings), tuple(done.notices), is_whole)
