"""The room in which signed acts are carried out: who the person is, the desk they write at, and what they remember."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtWidgets import QWidget
from typing_extensions import override

from bakehouse.dialogs.message import MessageDialog
from bakehouse.dialogs.text_answer import NameDialog
from bakehouse.domain.cancellation import Token
from bakehouse.domain.changes import Changes
from bakehouse.domain.errors import BakehouseError, TrailDoubted, TrailError, TrailUnfinished
from bakehouse.pages.editing import Act, EditRoom
from bakehouse.personal.identity import NAME_LIMIT, IdentityFile, account_name
from bakehouse.personal.trail_memory import TrailMemory
from bakehouse.registry.desk import Desk
from bakehouse.registry.reviewing import record_changes_outside
from bakehouse.registry.signing import Signer
from bakehouse.registry.trail_check import changes_outside
from bakehouse.store.handle import Store
from bakehouse.store.writing import Writer

SignedAct = Callable[[Desk], Changes]


class SigningRoom(EditRoom):
    """An EditRoom whose acts are signed. The first one ever asks under which name. GUI thread only."""

    def sign(self, window: QWidget, title: str, act: SignedAct) -> None:
        """Carry out `act` at a desk of this person's; without a key yet, ask for the name and make one."""
        self.read(_known_name, partial(self._sign_as, window, title, act), window, "", "Your key could not be read")

    def record_outside(self, window: QWidget) -> None:
        """Write down what other programs did to stages since the trail was written last, if this person has a key."""
        self.read(_recorder, partial(self._record, window), window, "", "The trail could not be read")

    def _record(self, window: QWidget, name: str | None) -> None:
        if name is not None:
            self.write(window, "Recording what changed outside", _Signed(record_changes_outside, name))

    def _sign_as(self, window: QWidget, title: str, act: SignedAct, name: str | None) -> None:
        if name is not None:
            self.write(window, title, _Signed(act, name))
            return
        dialog = NameDialog(
            "Your name in the trail",
            "Decisions are signed with a key that is made for you now and stays on this computer",
            account_name(),
            "Make my key",
            _name_plan,
            window,
        )
        dialog.decided.connect(lambda name: self.write(window, title, _Signed(act, str(name))))
        self.ask(dialog)

    @override
    def _write_failed(
        self, window: QWidget, title: str, act: Act, allowed: frozenset[str], error: BakehouseError
    ) -> None:
        if isinstance(error, TrailDoubted) and isinstance(act, _Signed):
            go_on = replace(act, accept=True)
            self.show(
                MessageDialog(
                    "The trail is not as you last saw it",
                    f"{error} Go on with the trail as it is now?",
                    window,
                    ("Cancel", "Go on with it"),
                    lambda _answer: self.write(window, title, go_on, allowed),
                )
            )
        else:
            super()._write_failed(window, title, act, allowed, error)


def _known_name(_store: Store, _token: Token) -> str | None:
    return _name()


def _name() -> str | None:
    known = IdentityFile().public()
    return None if known is None else known[1]


def _recorder(store: Store, token: Token) -> str | None:
    """Who records what the trail does not have yet; None where there is nothing to record or nobody to sign it."""
    try:
        if not changes_outside(store, token):
            return None
    except TrailUnfinished:
        # The next act repairs it and finds out.
        pass
    except TrailError:
        # The reviews page says what is wrong with it.
        return None
    return _name()


def _name_plan(name: str) -> tuple[str, bool]:
    if not name:
        return "A name is needed: it stands beside every decision.", False
    if len(name) > NAME_LIMIT:
        return f"The name has {len(name)} characters; {NAME_LIMIT} is the most.", False
    return "Others see this name beside what you request and decide; the key proves that it was you.", True


@dataclass(frozen=True)
class _Signed:
    """An act with what its desk needs; `accept`: also over a trail that is not the one seen before."""

    act: SignedAct
    name: str
    accept: bool = False

    def __call__(self, writer: Writer) -> Changes:
        identity = IdentityFile().make(self.name)
        signer = Signer(identity.secret, identity.name, identity.account)
        return self.act(Desk(writer, signer, TrailMemory(), accept=self.accept))
