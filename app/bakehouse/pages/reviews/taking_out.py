"""Saves the dossier of a version as PDF and the trail with its proof as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import BakehouseError
from bakehouse.domain.text import visible
from bakehouse.exports.file_output import check_target, new_file
from bakehouse.pages.reviews.book import Book, Case, read_evidence
from bakehouse.pages.reviews.words import now_ms
from bakehouse.pages.session import Session
from bakehouse.registry.dossier import Dossier, dossier_html
from bakehouse.registry.evidence import see_version
from bakehouse.registry.trail_check import check_trail, export_trail
from bakehouse.store.failures import shown
from bakehouse.store.handle import Store
from bakehouse.tasks import Lane
from bakehouse.widgets.paper import pdf_of_html
from bakehouse.widgets.system_programs import file_acts

_SLOT = "reviews.save"


class TakingOut(QObject):
    """Owned by the reviews page. Asks where to, reads and writes in tasks. GUI thread only."""

    noticed = Signal(str, object)
    """A sentence that stays, and what to do about it: ((button, act), …)."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._folder = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DownloadLocation))

    def save_dossier(self, session: Session, book: Book, case: Case) -> None:
        """Ask where to, and save all about the case's version."""
        version = case.version
        if version is None:
            self.noticed.emit("The version is not in the store any more, so there is no dossier of it.", ())
            return
        safe = "".join(c if c.isalnum() or c in "-_." else "_" for c in version.name)[:80]
        name = f"{safe}-{version.version}-dossier.pdf"
        self._ask("Save dossier", name, "PDF (*.pdf)", partial(self.write_dossier, session, book, case))

    def write_dossier(self, session: Session, book: Book, case: Case, path: Path) -> None:
        """Read, check and write it to `path`."""
        session.tasks.start(
            _SLOT,
            partial(_read_dossier, session, book, case),
            done=partial(self._print, session, path),
            failed=self._fail,
            lane=Lane.WALK,
            title="Making the dossier",
        )

    def _print(self, session: Session, path: Path, content: tuple[str, str]) -> None:
        html, title = content
        self._write(session, path, pdf_of_html(html, title), "Dossier")

    def save_trail(self, session: Session) -> None:
        """Ask where to, and save every entry with its proof."""
        name = f"{session.store.path.stem}-trail.json"
        self._ask("Export the trail", name, "JSON (*.json)", partial(self.write_trail, session))

    def write_trail(self, session: Session, path: Path) -> None:
        """Write the whole trail to `path`, for `bakehouse verify`."""
        session.tasks.start(
            _SLOT,
            partial(_trail, session.store),
            done=partial(self._write, session, path, what="Trail"),
            failed=self._fail,
            lane=Lane.EXPORT,
            title="Exporting the trail",
        )

    def _write(self, session: Session, path: Path, data: bytes, what: str) -> None:
        session.tasks.start(
            _SLOT,
            partial(_write_bytes, session.store, path, data, what),
            done=partial(self._done, path),
            failed=self._fail,
            lane=Lane.EXPORT,
            title=f"Saving {shown(Path(path.name))}",
        )

    def _done(self, path: Path, sentence: str) -> None:
        self.noticed.emit(sentence, file_acts(path))

    def _fail(self, error: BakehouseError) -> None:
        self.noticed.emit(str(error), ())

    def _ask(self, title: str, name: str, kind: str, write: Callable[[Path], None]) -> None:
        dialog = QFileDialog(self._window.window(), title, str(self._folder), kind)
        dialog.setObjectName("review_file")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(Path(name).suffix)
        dialog.selectFile(name)
        dialog.fileSelected.connect(partial(self._chosen, write))
        dialog.open()

    def _chosen(self, write: Callable[[Path], None], file: str) -> None:
        self._folder = Path(file).parent
        write(Path(file))


def _read_dossier(session: Session, book: Book, case: Case, token: Token) -> tuple[str, str]:
    """The HTML and the title. Raises StoreError kin, Cancelled."""
    store, version = session.store, case.version
    assert version is not None
    seen = see_version(store.reader(), session.locator, token, version)
    requests = [one for one in book.requests if one.version == case.request.version]
    evidence = read_evidence(store, requests, token)
    done = check_trail(store, token)
    policy = book.projection.policy(version.workspace, version.name, "Production")[0]
    dossier = Dossier(
        version=version,
        run_name=seen.run_name,
        seen=seen,
        requests=list(zip(requests, evidence, strict=True)),
        activities=tuple(reversed(case.activities)),
        policy=policy,
        head=done.head.hash if done is not None and done.head is not None else "",
        entries=done.head.length if done is not None and done.head is not None else 0,
        verification=[one.sentence for one in done.findings[:20]] if done is not None else [],
        store=store.path.name,
        made_ms=now_ms(),
    )
    return dossier_html(dossier), f"{visible(version.name, 100)} {version.version}"


def _trail(store: Store, token: Token) -> bytes:
    return (json.dumps(export_trail(store, token), indent=1) + "\n").encode()


def _write_bytes(store: Store, path: Path, data: bytes, what: str, token: Token) -> str:
    check_target(path, store.path)
    token.check()
    with new_file(path) as file:
        file.write(data)
    return f"{what} saved to {shown(path)}."
