"""Artifacts that an MLflow server keeps (`mlflow-artifacts:`): its address, its listing, the person's credentials.

The routes are those of mlflow.store.artifact.http_artifact_repo and mlflow.server.handlers.
"""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from bakehouse.domain.errors import ArtifactError
from bakehouse.domain.text import visible

_ROUTE = "/api/2.0/mlflow-artifacts/artifacts"
TRACKING_VARIABLE = "MLFLOW_TRACKING_URI"


def server_address(text: str) -> str:
    """A server's address as a person writes or copies it, from its scheme to where its own pages begin.

    Raises ArtifactError with a sentence when it is none.
    """
    words = text.strip()
    if words and "://" not in words:
        words = f"http://{words}"
    try:
        parts = urlsplit(words)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme.lower() not in ("http", "https") or re.search(r"\s", words):
        raise ArtifactError("An MLflow server's address looks like http://server:5000.")
    if "@" in parts.netloc:
        raise ArtifactError(
            "Leave name and password out of the address; they are taken from MLFLOW_TRACKING_USERNAME and "
            "MLFLOW_TRACKING_PASSWORD of your environment."
        )
    return f"{parts.scheme.lower()}://{parts.netloc}{parts.path.rstrip('/').removesuffix(_ROUTE)}"


def likely_server(uri: str) -> str:
    """The server that an `mlflow-artifacts:` address or the person's environment names; empty when neither does."""
    named = re.match(r"mlflow-artifacts://([^/]+)", uri, flags=re.IGNORECASE)
    for text in (named[1].rpartition("@")[2] if named else "", os.environ.get(TRACKING_VARIABLE, "")):
        if text and ("://" not in text or text.lower().startswith(("http:", "https:"))):
            try:
                return server_address(text)
            except ArtifactError:
                continue
    return ""


def is_server(place: str) -> bool:
    """Whether a learned place is a server's address, not a folder."""
    return place.lower().startswith(("http://", "https://"))


def artifact_address(server: str, parts: Sequence[str]) -> str:
    """Where a server gives what it keeps at that path."""
    return "/".join([server.rstrip("/") + _ROUTE, *(quote(part, safe="") for part in parts)])


def is_served(address: str) -> bool:
    """Whether an address is one of an MLflow server's artifacts, which it lists in a way of its own."""
    return is_server(address) and _ROUTE in address


def served_entries(system: Any, address: str) -> Iterator[Mapping[str, Any]]:
    """What the server says lies at one of its addresses, as fsspec would list it (name, type, size).

    Raises what fsspec raises, ArtifactError when the answer is none of an MLflow server.
    """
    server, _, tail = address.partition(_ROUTE)
    path = unquote(tail.strip("/"))
    answer = system.cat_file(f"{server}{_ROUTE}?path={quote(path, safe='')}")
    try:
        files = json.loads(answer).get("files", [])
        found = [(str(one["path"]), bool(one.get("is_dir")), one.get("file_size")) for one in files]
    except (ValueError, AttributeError, TypeError, KeyError) as error:
        raise ArtifactError(f"{visible(server, 200)} does not answer as an MLflow server does.") from error
    if len(found) == 1 and not found[0][1] and found[0][0] == path.rpartition("/")[2] and _is_itself(system, address):
        return
    for name, is_folder, size in found:
        kind = "directory" if is_folder else "file"
        yield {"name": f"{address.rstrip('/')}/{quote(name, safe='')}", "type": kind, "size": _whole(size)}


def _is_itself(system: Any, address: str) -> bool:
    """Asked for a file, some servers list that file; then the address can be read."""
    try:
        with system.open(address, "rb", block_size=0) as file:
            file.read(1)
    except FileNotFoundError:
        return False
    return True


def _whole(size: object) -> int | None:
    try:
        return int(size)  # type: ignore[call-overload, no-any-return]
    except (TypeError, ValueError):
        return None


def credentials(address: str) -> dict[str, dict[str, str]]:
    """What aiohttp is told for a server: the person's, and only for the server that MLFLOW_TRACKING_URI names.

    An address stands in a store that somebody else wrote; it must not learn a password meant for another server.
    """
    own = os.environ.get(TRACKING_VARIABLE, "")
    if not own or _origin(own) != _origin(address):
        return {}
    token = os.environ.get("MLFLOW_TRACKING_TOKEN")
    name, password = os.environ.get("MLFLOW_TRACKING_USERNAME"), os.environ.get("MLFLOW_TRACKING_PASSWORD")
    if name and password is not None:
        words = "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()
    elif token:
        words = f"Bearer {token}"
    else:
        return {}
    return {"headers": {"Authorization": words}}


def _origin(address: str) -> tuple[str, str, int | None]:
    try:
        parts = urlsplit(address)
        standard = {"http": 80, "https": 443}.get(parts.scheme)
        return parts.scheme, parts.hostname or "", parts.port or standard
    except ValueError:
        return "", "", None
