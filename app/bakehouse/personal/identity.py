"""Who the person is to a trail: a secret key made on first use, and the name shown beside it."""

from __future__ import annotations

import getpass
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bakehouse.domain.errors import PersonalFileError
from bakehouse.personal.files import read_json, said, write_json
from bakehouse.places import data_directory

SECRET_BYTES = 32
NAME_LIMIT = 100
_SERVICE = "bakehouse"


@dataclass(frozen=True, slots=True)
class Identity:
    """The secret of an Ed25519 key (32 bytes), the display name, and the system account it is used under."""

    secret: bytes
    name: str
    account: str


def account_name() -> str:
    """The system's name of the person."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


class IdentityFile:
    """`identity.json` in the person's data folder, for a worker thread.

    The secret lies in the system's keyring where one answers, else in the file, which only its owner may read.
    """

    def __init__(self) -> None:
        self._path = data_directory() / "identity.json"

    def public(self) -> tuple[str, str] | None:
        """The person's public key and name without a look at the keyring; None before the first use.

        Raises PersonalFileError.
        """
        content = self._content()
        return None if content is None else (str(content["key"]), str(content["name"]))

    def load(self) -> Identity | None:
        """Who the person is; None before the first use. May wait for the keyring. Raises PersonalFileError."""
        content = self._content()
        if content is None:
            return None
        key, kept = str(content["key"]), content.get("secret")
        try:
            secret = bytes.fromhex(kept if isinstance(kept, str) else self._from_keyring(key))
        except ValueError:
            secret = b""
        if len(secret) != SECRET_BYTES or _public_key(secret) != key:
            raise PersonalFileError(
                f"The secret that is kept does not belong to the key in {said(self._path)}; put the right one back, or "
                "move the file away to begin with a new key."
            )
        return Identity(secret, str(content["name"]), account_name())

    def make(self, name: str) -> Identity:
        """The person's identity, made now when there is none. Raises PersonalFileError."""
        known = self.load()
        if known is not None:
            return known
        secret = secrets.token_bytes(SECRET_BYTES)
        key = _public_key(secret)
        content: dict[str, object] = {"version": 1, "name": name, "key": key}
        if not self._into_keyring(key, secret):
            content["secret"] = secret.hex()
        self._put_first(content)
        made = self.load()
        assert made is not None
        return made

    def rename(self, name: str) -> None:
        """Be shown under another name from now on. Raises PersonalFileError."""
        content = self._content()
        if content is not None:
            write_json(self._path, content | {"name": name})

    def _content(self) -> dict[str, object] | None:
        content = read_json(self._path)
        if content is None:
            return None
        if not isinstance(content, dict) or not all(isinstance(content.get(name), str) for name in ("name", "key")):
            raise PersonalFileError(f"{said(self._path)} holds no key; move it away to begin with a new one.")
        return dict(content)

    def _put_first(self, content: dict[str, object]) -> None:
        """Of two processes that make a key at once the first one's stays."""
        try:
            folder = Path(tempfile.mkdtemp(dir=self._path.parent, prefix=".identity-"))
        except OSError as error:
            raise PersonalFileError(f"{said(self._path)} cannot be written: {error.strerror or error}.") from error
        part = folder / self._path.name
        try:
            write_json(part, content)
            os.link(part, self._path)
        except FileExistsError:
            pass
        except OSError:
            # A file system without links.
            write_json(self._path, content)
        finally:
            part.unlink(missing_ok=True)
            folder.rmdir()

    def _into_keyring(self, key: str, secret: bytes) -> bool:
        """Whether the system keeps the secret and gives it back."""
        import keyring
        import keyring.errors

        try:
            keyring.set_password(_SERVICE, key, secret.hex())
            return keyring.get_password(_SERVICE, key) == secret.hex()
        except (keyring.errors.KeyringError, RuntimeError, OSError):
            return False

    def _from_keyring(self, key: str) -> str:
        import keyring
        import keyring.errors

        try:
            kept = keyring.get_password(_SERVICE, key)
        except (keyring.errors.KeyringError, RuntimeError, OSError) as error:
            raise PersonalFileError(
                f"The system's keyring, which keeps your key, does not answer ({error}); unlock it and try again."
            ) from error
        if kept is None:
            raise PersonalFileError(
                f"Your key is not in the system's keyring any more; move {said(self._path)} away to begin anew."
            )
        return kept


def _public_key(secret: bytes) -> str:
    """In hexadecimal, as entries name it."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw().hex()
