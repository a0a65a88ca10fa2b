"""Where a model comes from and where it stands, as a small graph: dataset → run → logged model → version → stage."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from bakehouse.domain.runs import RunReference


class NodeKind(IntEnum):
    """What a node stands for, in the order in which one leads to the next."""

    DATASET = 0
    RUN = 1
    LOGGED_MODEL = 2
    VERSION = 3
    STAGE = 4

    @property
    def word(self) -> str:
        """For the eye: `Logged model`."""
        return self.name.replace("_", " ").capitalize()


RUN_LINK, LOGGED_LINK, DATASET_LINK, MODEL_LINK, VERSION_LINK = "run:", "logged:", "dataset:", "model:", "version:"
"""How the link of a node begins; behind it a run id, a logged model's id, the place of a dataset among its run's, a
registered model's name, or `<number>:<name>` of a version."""


@dataclass(frozen=True, slots=True)
class Node:
    """One thing. `label` and `note` (a shortened digest) are for the eye, `told` says all of it in lines."""

    kind: NodeKind
    label: str
    told: str
    link: str = ""
    """Where it leads, see the constants; empty where nowhere."""
    note: str = ""
    is_here: bool = False
    """Whether it is what the person looks at."""
    is_gone: bool = False
    """Whether the store names it but does not hold it."""


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes, and edges as pairs of places among them that lead from a lower kind to a higher one."""

    nodes: tuple[Node, ...] = ()
    edges: frozenset[tuple[int, int]] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class VersionUse:
    """A registered version that came from a run on some data; `run_id` is that run."""

    name: str
    version: int
    stage: str
    run_id: str


@dataclass(frozen=True, slots=True)
class DatasetUse:
    """What came of one dataset (name and digest), in every experiment of the store."""

    run_ids: tuple[str, ...]
    """All runs that had it as input, deleted ones too."""
    runs: tuple[RunReference, ...]
    """Some of them by name: first those that led to versions."""
    versions: tuple[VersionUse, ...]
    """By model and number, without deleted ones."""


def version_link(name: str, version: int) -> str:
    """The link to one version of a registered model."""
    return f"{VERSION_LINK}{version}:{name}"


def linked_version(link: str) -> tuple[str, int] | None:
    """(model name, number) that a link to a version names; None for any other link."""
    number, colon, name = link.removeprefix(VERSION_LINK).partition(":")
    if not link.startswith(VERSION_LINK) or not colon or not number.isdecimal():
        return None
    return name, int(number)
