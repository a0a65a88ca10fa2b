"""Signs entries of a trail and reads them back: DSSE envelopes with Ed25519, each in one canonical form of bytes.

https://github.com/secure-systems-lab/dsse/blob/master/protocol.md
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from bakehouse.domain.trail import TRAIL_FORMAT, Actor, Entry, EntryType

if TYPE_CHECKING:
    from securesystemslib.dsse import Envelope
    from securesystemslib.signer._key import SSlibKey

PAYLOAD_TYPE = "application/vnd.bakehouse.trail+json"


class NotAnEntry(Exception):
    """A text that is no signed entry, or whose signature is not its signer's; the sentence says why."""


@dataclass(frozen=True, slots=True)
class SealedEntry:
    """An entry with the text that is stored: the envelope, whose SHA-256 is the entry's hash."""

    entry: Entry
    envelope: str


class Signer:
    """A person's key in use. Made from the 32 secret bytes; any thread."""

    def __init__(self, secret: bytes, name: str, account: str) -> None:
        # Signing libraries cost a tenth of a second, which only those who sign or verify wait for.
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from securesystemslib.signer._crypto_signer import CryptoSigner

        private = Ed25519PrivateKey.from_private_bytes(secret)
        public = private.public_key().public_bytes_raw().hex()
        self._signer = CryptoSigner(private, _key(public))
        self.actor = Actor(public, name, account)

    def seal(
        self,
        store_id: str,
        sequence: int,
        previous: str,
        time_ms: int,
        kind: EntryType,
        body: Mapping[str, Any],
    ) -> SealedEntry:
        """The next entry of a trail, signed."""
        payload = {
            "format": TRAIL_FORMAT,
            "store": store_id,
            "sequence": sequence,
            "previous": previous,
            "time_ms": time_ms,
            "type": kind.value,
            "actor": {"key": self.actor.key, "name": self.actor.name, "account": self.actor.account},
            "body": body,
        }
        from securesystemslib.dsse import Envelope

        envelope = Envelope(_canonical(payload).encode(), PAYLOAD_TYPE, {})
        envelope.sign(self._signer)
        text = _canonical(envelope.to_dict())
        # Read back as everybody else will, so that no entry is written that nobody can read.
        return SealedEntry(read_entry(text), text)


def read_entry(envelope: str) -> Entry:
    """The entry inside an envelope, its signature not checked. Raises NotAnEntry.

    Only the canonical form is read, so that no byte of a stored text can change unnoticed.
    """
    return _opened(envelope)[0]


def check_signature(envelope: str) -> Entry:
    """The entry inside an envelope whose signature is that of the key it names. Raises NotAnEntry."""
    from securesystemslib.exceptions import VerificationError

    entry, sealed = _opened(envelope)
    try:
        sealed.verify([_key(entry.actor.key)], 1)
    except (VerificationError, ValueError) as error:
        raise NotAnEntry("Its signature is not that of the key it names.") from error
    return entry


def hash_of(envelope: str) -> str:
    """SHA-256 of a stored envelope in hexadecimal: what the next entry links to."""
    return hashlib.sha256(envelope.encode("utf-8", "surrogatepass")).hexdigest()


def _opened(text: str) -> tuple[Entry, Envelope]:
    from securesystemslib.dsse import Envelope

    try:
        envelope = Envelope.from_dict(json.loads(text))
        entry = _entry(json.loads(envelope.payload), hash_of(text))
        is_canonical = _canonical(envelope.to_dict()) == text
    except NotAnEntry:
        raise
    except Exception as error:
        raise NotAnEntry(f"It is no entry of a trail ({type(error).__name__}).") from error
    if not is_canonical or envelope.payload_type != PAYLOAD_TYPE:
        raise NotAnEntry("It is not written in the form that entries have.")
    if set(envelope.signatures) != {_key(entry.actor.key).keyid}:
        raise NotAnEntry("It is not signed by the key it names.")
    return entry, envelope


def _entry(payload: Mapping[str, Any], entry_hash: str) -> Entry:
    if payload["format"] != TRAIL_FORMAT:
        raise NotAnEntry("It is of a format that this version of Bakehouse does not know.")
    actor = payload["actor"]
    if not isinstance(payload["body"], dict):
        raise NotAnEntry("It holds nothing.")
    return Entry(
        sequence=int(payload["sequence"]),
        hash=entry_hash,
        previous=str(payload["previous"]),
        store_id=str(payload["store"]),
        time_ms=int(payload["time_ms"]),
        type=EntryType(payload["type"]),
        actor=Actor(str(actor["key"]), str(actor["name"]), str(actor["account"])),
        body=payload["body"],
    )


@lru_cache(maxsize=1_000)
def _key(public: str) -> SSlibKey:
    from securesystemslib.signer._key import SSlibKey

    # The library's own id of a key is a hash of the key's JSON; ours is the key itself, which needs no table.
    return SSlibKey(public, "ed25519", "ed25519", {"public": public})


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
