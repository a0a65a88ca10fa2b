"""The web page of a run's source at a host we know, made from its tags and never from their text as it is."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

_TREES = {"github.com": "tree", "gitlab.com": "-/tree", "bitbucket.org": "src"}
"""Host → what stands between repository and commit in the address of a folder (as MLflow's own page links it)."""

_SSH = re.compile(r"(?:ssh://)?git@(?P<host>[\w.-]+)[:/](?P<path>.+)")
_COMMIT = re.compile(r"[0-9a-fA-F]{7,64}")
_PART = re.compile(r"[\w.~-]+")
_LONGEST = 2000


def source_link(repository: str, name: str, commit: str) -> str | None:
    """The https address of `commit` in the repository, None where there is none to be sure of.

    `repository` is the tag `mlflow.source.git.repoURL`; a project's `name` (`mlflow.source.name`) may be an address
    itself, with a folder behind `#`.
    """
    for address in (repository, name):
        text, _, folder = address.strip().partition("#")
        found = _host_and_path(text) if len(address) <= _LONGEST else None
        if found is None:
            continue
        host, parts = found
        link = f"https://{host}/" + "/".join(parts)
        if not _COMMIT.fullmatch(commit):
            return link
        below = [part for part in folder.split("/") if part]
        if any(part in (".", "..") for part in below):
            below = []
        return "/".join([link, _TREES[host], commit, *(quote(part, safe="") for part in below)])
    return None


def _host_and_path(text: str) -> tuple[str, list[str]] | None:
    """A known host and the repository's path; credentials, port, query and anything odd in the path end it."""
    ssh = _SSH.fullmatch(text)
    if ssh is not None:
        host, path = ssh["host"].lower(), ssh["path"]
    else:
        try:
            parts = urlsplit(text)
            host, path = (parts.hostname or "").lower(), parts.path
            strange = parts.port is not None or parts.query
        except ValueError:
            return None
        if parts.scheme not in ("http", "https") or strange:
            return None
    pieces = path.strip("/").removesuffix(".git").split("/")
    if host not in _TREES or len(pieces) < 2 or not all(_PART.fullmatch(p) and p.strip(".") for p in pieces):
        return None
    return host, pieces


def is_web_link(address: str) -> bool:
    """Whether an address may be offered to the browser: http or https with a host."""
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False
