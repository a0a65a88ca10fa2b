"""The room in which signed acts are carried out: who the person is, the desk they write at, and what they remember."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QWidget

from bakehouse.dialogs.text_answer import NameDialog
from bakehouse.domain.cancellation import Token
from bakehouse.domain.changes import Changes
from bakehouse.pages.editing import EditRoom
from bakehouse.personal.identity import NAME_LIMIT, Identity, IdentityFile, account_name
from bakehouse.personal.trail_memory import TrailMemory
from bakehouse.registry.desk import Desk
from bakehouse.registry.signing import Signer
from bakehouse.store.handle import Store
from bakehouse.store.writing import Writer

SignedAct = Callable[[Desk], Changes]


class SigningRoom(EditRoom):
    """An EditRoom whose acts are signed. The first one ever asks under which name. GUI thread only."""

    def sign(self, window: QWidget, title: str, act: SignedAct) -> None:
        """Carry out `act` at a desk of this person's; without a key yet, ask for the name and make one."""
        self.read(_identity, partial(self._sign_as, window, title, act), window, "", "Your key could not be read")

    def _sign_as(self, window: QWidget, title: str, act: SignedAct, known: Identity | None) -> None:
        if known is not None:
            self.write(window, title, partial(_signed, act, known.name))
            return
        dialog = NameDialog(
            "Your name in the trail",
            "Decisions are signed with a key that is made for you now and stays on this computer",
            account_name(),
            "Make my key",
            _name_plan,
            window,
        )
        dialog.decided.connect(lambda name: self.write(window, title, partial(_signed, act, str(name))))
        self.ask(dialog)


def _identity(_store: Store, _token: Token) -> Identity | None:
    return IdentityFile().load()


def _name_plan(name: str) -> tuple[str, bool]:
    if not name:
        return "A name is needed: it stands beside every decision.", False
    if len(name) > NAME_LIMIT:
        return f"The name has {len(name)} characters; {NAME_LIMIT} is the most.", False
    return "Others see this name beside what you request and decide; the key proves that it was you.", True


def _signed(act: SignedAct, name: str, writer: Writer) -> Changes:
    identity = IdentityFile().make(name)
    signer = Signer(identity.secret, identity.name, identity.account)
    return act(Desk(writer, signer, TrailMemory().remember))
