"""Artifacts on other machines, through fsspec and the person's own credentials: listing, reading, facts."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from bakehouse.artifacts.gathering import Item, Plan, Stream
from bakehouse.artifacts.listing import Entry
from bakehouse.artifacts.mlflow_server import credentials, is_served, served_entries
from bakehouse.artifacts.ordering import BY_NAME, in_order
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import ArtifactError, BakehouseError, Cancelled
from bakehouse.domain.text import visible

MOST_LISTED = 100_000
_PAGE = 1_000
_TIMEOUT_S = 30
_LONGEST_NAME = 255
BAD_NAME = "Its name cannot be a file's name on this machine; it is shown, but not fetched."


@dataclass(frozen=True, slots=True)
class _Kind:
    """How one family of addresses is read: the module that does it, the extra that brings it, and words for it."""

    module: str
    extra: str
    words: str


_S3 = _Kind("s3fs", "s3", "in an S3 bucket")
_AZURE = _Kind("adlfs", "azure", "in Azure storage")
_WEB = _Kind("aiohttp", "http", "on a web server")
KINDS: Mapping[str, _Kind] = {
    "s3": _S3,
    "gs": _Kind("gcsfs", "gs", "in Google Cloud Storage"),
    "abfs": _AZURE,
    "abfss": _AZURE,
    "wasb": _AZURE,
    "wasbs": _AZURE,
    "http": _WEB,
    "https": _WEB,
}
# What MLflow calls the same storage, and what fsspec does.
_KNOWN_AS = {"wasb": "abfs", "wasbs": "abfss"}


def scheme_of(address: str) -> str:
    """The scheme of an address in small letters."""
    return address.partition(":")[0].lower()


def missing_extra(address: str) -> str:
    """What to install before addresses of this kind can be read, as a sentence; empty when all is there."""
    kind = KINDS[scheme_of(address)]
    if find_spec("fsspec") is not None and find_spec(kind.module) is not None:
        return ""
    return f"To read them here, install Bakehouse with its extra: pip install 'bakehouse[{kind.extra}]'."


def host_of(address: str) -> str:
    """The bucket or server of an address, with its scheme: what a person agrees to contact. Never a password."""
    try:
        return f"{scheme_of(address)}://{urlsplit(address).netloc.rpartition('@')[2]}"
    except ValueError:
        return visible(address, 100)


class RemoteFolder:
    """The folder or file at one address; for worker threads. Methods raise ArtifactError with a sentence, Cancelled."""

    def __init__(self, address: str, cache: Path) -> None:
        """`cache` is the folder of this machine where what is fetched of it lies: the entries' root."""
        self.address = address.rstrip("/")
        self.cache = cache

    def list(
        self, relative: str, token: Token, glimpse: Callable[[Sequence[Entry]], None] | None = None
    ) -> tuple[Sequence[Entry], bool]:
        """Entries one level below `relative`, folders first; and whether there were more than are listed.

        `glimpse` is given the first thousand while the others are still on their way.
        """
        place = self.address_of(relative)
        with _sentences(place):
            system, path = _system(place)
            entries: list[Entry] = []
            for facts in _listed(system, path, place, token):
                entry = self._entry(facts, relative, place)
                if entry is not None:
                    entries.append(entry)
                if len(entries) % _PAGE == 0:
                    token.check()
                    token.report(0, 0, f"{len(entries):,} entries read")
                    if glimpse is not None and len(entries) == _PAGE:
                        glimpse(tuple(entries))
                if len(entries) >= MOST_LISTED:
                    break
        is_cut = len(entries) >= MOST_LISTED
        return in_order(entries, BY_NAME, token), is_cut

    def address_of(self, relative: str) -> str:
        """The address of a file or folder below this one."""
        if not relative:
            return self.address
        if scheme_of(self.address) in ("http", "https"):
            return f"{self.address}/{quote(relative)}"
        return f"{self.address}/{relative}"

    def _entry(self, facts: Mapping[str, Any], relative: str, place: str) -> Entry | None:
        name = _name_of(facts, place)
        if name is None:
            return None
        is_folder = facts.get("type") == "directory"
        below = f"{relative}/{name}" if relative else name
        size = facts.get("size")
        return Entry(
            name=name,
            relative=below,
            root=self.cache,
            is_folder=is_folder,
            size=None if is_folder or not isinstance(size, int) else size,
            modified_ms=_modified_ms(facts),
            is_link=False,
            obstacle="" if is_file_name(name) else BAD_NAME,
            remote=self.address,
        )


@dataclass(frozen=True, slots=True)
class RemoteSource:
    """One file or folder on another machine, as `copy_out` takes it."""

    folder: RemoteFolder
    relative: str
    is_folder: bool
    size: int | None = None
    modified_ms: int | None = None

    @property
    def name(self) -> str:
        return (
            PurePosixPath(self.relative).name or PurePosixPath(urlsplit(self.folder.address).path).name or "artifacts"
        )

    @property
    def place(self) -> Path:
        """Where it lies on this machine once it was fetched."""
        return self.folder.cache / self.relative if self.relative else self.folder.cache

    def gather(self, name: str, plan: Plan, token: Token) -> None:
        """It and all below it; names that no file can have here are left out and said."""
        if not self.is_folder:
            self._add(self.relative, name, self.size, self.modified_ms, plan)
            return
        plan.folders.append(name)
        waiting = [(self.relative, name)]
        while waiting:
            relative, below = waiting.pop()
            token.check()
            token.report(0, 0, f"{len(plan.files):,} files found")
            for entry in self.folder.list(relative, token)[0]:
                inner = f"{below}/{entry.name}"
                if entry.obstacle:
                    plan.left_out.append((inner, entry.obstacle))
                elif entry.is_folder:
                    plan.folders.append(inner)
                    waiting.append((entry.relative, inner))
                else:
                    self._add(entry.relative, inner, entry.size, entry.modified_ms, plan)

    def _add(self, relative: str, name: str, size: int | None, modified_ms: int | None, plan: Plan) -> None:
        place = self.folder.address_of(relative)
        stamp = None if modified_ms is None else modified_ms * 1_000_000
        plan.files.append(Item(name, place, size or 0, stamp, None, lambda: _opened(place)))
        plan.size += size or 0


def is_file_name(name: str) -> bool:
    """Whether a name from elsewhere can be a file's name here and stays inside its folder."""
    if name in ("", ".", "..") or "/" in name or "\\" in name or "\0" in name:
        return False
    if os.name == "nt" and (set(name) & set('<>:"|?*') or name[-1] in " ."):
        return False
    try:
        return len(os.fsencode(name)) <= _LONGEST_NAME
    except UnicodeEncodeError:
        return False


def _system(address: str) -> tuple[Any, str]:
    """The file system of an address and the path in it, with the credentials that the person's environment has."""
    lacking = missing_extra(address)
    if lacking:
        raise ArtifactError(lacking)
    import fsspec

    scheme = scheme_of(address)
    options: dict[str, Any] = {"use_listings_cache": False}
    if scheme == "s3":
        endpoint = os.environ.get("MLFLOW_S3_ENDPOINT_URL")
        options |= {
            "client_kwargs": {"endpoint_url": endpoint} if endpoint else {},
            "config_kwargs": {"connect_timeout": 10, "read_timeout": _TIMEOUT_S, "retries": {"max_attempts": 2}},
        }
        if os.environ.get("MLFLOW_S3_IGNORE_TLS", "").lower() == "true":
            options["client_kwargs"]["verify"] = False
    elif scheme in ("http", "https"):
        import aiohttp

        timeout = aiohttp.ClientTimeout(total=None, connect=10, sock_read=_TIMEOUT_S)
        options |= {"client_kwargs": {"timeout": timeout, **credentials(address)}}
    address = _KNOWN_AS.get(scheme, scheme) + address[len(scheme) :]
    system, path = fsspec.core.url_to_fs(address, **options)
    return system, path


def _listed(system: Any, path: str, address: str, token: Token) -> Iterator[Mapping[str, Any]]:
    """What lies at an address, a mapping (name, type, size, a time) each; S3 page by page, to be stopped between."""
    if is_served(address):
        yield from served_entries(system, address)
        return
    if scheme_of(address) != "s3":
        # A web server lists a folder only where its address ends so.
        yield from system.ls(path + "/" if scheme_of(address) in ("http", "https") else path, detail=True)
        return
    bucket, _, key = address[len("s3://") :].partition("/")
    prefix = f"{key}/" if key else ""
    found = False
    more: dict[str, str] = {}
    while True:
        token.check()
        page = system.call_s3("list_objects_v2", Bucket=bucket, Prefix=prefix, Delimiter="/", MaxKeys=_PAGE, **more)
        for folder in page.get("CommonPrefixes", ()):
            found = True
            yield {"name": folder["Prefix"].removesuffix("/"), "type": "directory"}
        for item in page.get("Contents", ()):
            found = True
            if item["Key"] != prefix:
                yield {"name": item["Key"], "type": "file", "size": item["Size"], "LastModified": item["LastModified"]}
        if not page.get("IsTruncated"):
            break
        more = {"ContinuationToken": page["NextContinuationToken"]}
    if not found and key:
        yield from _single(system, bucket, key)


def _single(system: Any, bucket: str, key: str) -> Iterator[Mapping[str, Any]]:
    """The address may name one file."""
    try:
        facts = system.call_s3("head_object", Bucket=bucket, Key=key)
    except FileNotFoundError:
        return
    yield {"name": key, "type": "file", "size": facts["ContentLength"], "LastModified": facts["LastModified"]}


def _name_of(facts: Mapping[str, Any], place: str) -> str | None:
    """The last part of a listed name; None for what does not lie below the folder listed (links of a web page)."""
    name = str(facts["name"])
    if scheme_of(place) in ("http", "https"):
        if not name.startswith(place + "/") or "?" in name or "#" in name:
            return None
        inner = name[len(place) + 1 :].rstrip("/")
        return unquote(inner) if inner and "/" not in inner else None
    # Not PurePosixPath: it would drop parts such as "." and empty ones.
    return name.rstrip("/").rpartition("/")[2] or None


def _modified_ms(facts: Mapping[str, Any]) -> int | None:
    for key in ("LastModified", "updated", "last_modified", "mtime", "created"):
        value = facts.get(key)
        if isinstance(value, str):
            try:
                value = datetime.fromisoformat(value)
            except ValueError:
                continue
        if isinstance(value, datetime):
            return int(value.timestamp() * 1000)
        if isinstance(value, int | float):
            return int(value * 1000)
    return None


@contextmanager
def _opened(address: str) -> Iterator[Stream]:
    with _sentences(address):
        system, path = _system(address)
        # Read from front to back once: a small read-ahead, and nothing kept of it.
        with system.open(path, "rb", cache_type="readahead", block_size=8 << 20) as file:
            yield _Stream(file, address)


class _Stream:
    """Reads an open remote file; what goes wrong is a sentence."""

    def __init__(self, file: Any, address: str) -> None:
        self._file = file
        self._address = address

    def read(self, size: int, /) -> bytes:
        with _sentences(self._address):
            data: bytes = self._file.read(size)
            return data


@contextmanager
def _sentences(address: str) -> Iterator[None]:
    """Turns what fsspec and the libraries below it raise into ArtifactError; they share no family of their own."""
    try:
        yield
    except (BakehouseError, Cancelled, AssertionError):
        raise
    except FileNotFoundError as error:
        raise ArtifactError(f"{visible(address, 300)} is not there (any more).") from error
    except PermissionError as error:
        raise ArtifactError(
            f"{visible(address, 300)} may not be read with the credentials of your environment ({_first_line(error)})."
        ) from error
    except Exception as error:
        raise ArtifactError(f"{visible(host_of(address), 200)} did not answer: {_first_line(error)}.") from error


def _first_line(error: BaseException) -> str:
    words = str(error).strip().splitlines()
    return visible(words[0] if words else type(error).__name__, 200).rstrip(".")
