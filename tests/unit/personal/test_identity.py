"""A person's key: made once, kept in the keyring where one is usable, missed when it is lost or replaced."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import keyring
import keyring.backend
import keyring.errors
import pytest

from bakehouse.domain.errors import PersonalFileError
from bakehouse.personal.identity import IdentityFile
from bakehouse.registry.signing import Signer


class Ring(keyring.backend.KeyringBackend):
    """A keyring in memory; `is_locked` answers nothing."""

    priority = 1.0  # type: ignore[assignment]

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.is_locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.is_locked:
            raise keyring.errors.KeyringLocked("it is locked")
        return self.kept.get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.is_locked:
            raise keyring.errors.KeyringLocked("it is locked")
        self.kept[username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[username]


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Ring:
    made = Ring()
    monkeypatch.setattr(keyring, "set_password", made.set_password)
    monkeypatch.setattr(keyring, "get_password", made.get_password)
    return made


def file_of(home: Path) -> Path:
    return home / "data" / "identity.json"


def test_that_the_key_stays_the_same_and_the_secret_in_the_keyring(ring: Ring, own_home: Path) -> None:
    assert IdentityFile().public() is None and IdentityFile().load() is None
    made = IdentityFile().make("Ada")
    assert IdentityFile().make("somebody else") == made == IdentityFile().load()
    key = Signer(made.secret, made.name, made.account).actor.key
    assert IdentityFile().public() == (key, "Ada")
    assert ring.kept == {key: made.secret.hex()}
    assert made.secret.hex() not in file_of(own_home).read_text(encoding="utf-8")


def test_that_without_a_usable_keyring_only_the_owner_may_read_the_file(ring: Ring, own_home: Path) -> None:
    ring.is_locked = True
    made = IdentityFile().make("Ada")
    assert IdentityFile().load() == made
    if os.name == "posix":
        assert stat.S_IMODE(file_of(own_home).stat().st_mode) == 0o600
    IdentityFile().rename("Ada L.")
    again = IdentityFile().load()
    assert again is not None and (again.secret, again.name) == (made.secret, "Ada L.")


def test_that_who_the_person_is_shows_while_the_keyring_is_locked_and_signing_says_why_not(ring: Ring) -> None:
    IdentityFile().make("Ada")
    ring.is_locked = True
    known = IdentityFile().public()
    assert known is not None and known[1] == "Ada"
    with pytest.raises(PersonalFileError, match=r"does not answer .* unlock it"):
        IdentityFile().load()


def test_that_a_lost_or_replaced_secret_is_one_sentence(ring: Ring) -> None:
    IdentityFile().make("Ada")
    ((key, _),) = ring.kept.items()
    ring.kept[key] = "00" * 32
    with pytest.raises(PersonalFileError, match="does not belong to the key"):
        IdentityFile().load()
    ring.kept.clear()
    with pytest.raises(PersonalFileError, match="not in the system's keyring any more"):
        IdentityFile().make("Ada")


@pytest.mark.parametrize(
    "content", ["[]", '{"name": 1}', '{"name": "a", "secret": "00"}', "{", '{"name": "a", "key": 3}']
)
def test_that_a_file_that_holds_no_key_is_one_sentence(ring: Ring, own_home: Path, content: str) -> None:
    IdentityFile()
    file_of(own_home).write_text(content, encoding="utf-8")
    with pytest.raises(PersonalFileError):
        IdentityFile().load()
    with pytest.raises(PersonalFileError):
        IdentityFile().make("Ada")


def test_that_a_secret_in_the_file_that_is_another_keys_is_not_used(ring: Ring, own_home: Path) -> None:
    ring.is_locked = True
    IdentityFile().make("Ada")
    content = json.loads(file_of(own_home).read_text(encoding="utf-8"))
    file_of(own_home).write_text(json.dumps(content | {"secret": "11" * 32}), encoding="utf-8")
    with pytest.raises(PersonalFileError, match="does not belong to the key"):
        IdentityFile().load()
