"""Which version was in which stage when, as far as a trail tells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from bakehouse.domain.models import Stage
from bakehouse.domain.requests import Activity, ActivityType, VersionKey

_IN_USE = frozenset(stage.value for stage in Stage if stage is not Stage.NONE)
"""None needs no bar, and a version that was deleted is in no stage."""


class Origin(Enum):
    """How the beginning of a stay in a stage is known."""

    FOUND = "found there when the trail began"
    """Since when is not recorded."""
    APPLIED = "applied"
    CONSEQUENCE = "as a consequence"
    OUTSIDE = "changed outside of Bakehouse; noticed then"


@dataclass(frozen=True, slots=True)
class Stay:
    """One version in one stage from `from_ms` until `to_ms` (UTC; None: still). `who` is a display name."""

    version: VersionKey
    stage: str
    from_ms: int
    to_ms: int | None
    origin: Origin
    who: str = ""
    comment: str = ""

    def holds(self, time_ms: int) -> bool:
        """Whether the version was there at that time."""
        return self.from_ms <= time_ms and (self.to_ms is None or time_ms < self.to_ms)


@dataclass(frozen=True, slots=True)
class StageHistory:
    """All stays outside None, by version and time. Nothing is recorded before `founded_ms`."""

    founded_ms: int
    stays: tuple[Stay, ...]

    def at(self, time_ms: int) -> list[Stay]:
        """The stays that held at that time; none before the trail began, where nobody can tell."""
        return [stay for stay in self.stays if stay.holds(time_ms)] if time_ms >= self.founded_ms else []


def stage_history(
    founded_ms: int, baseline: Mapping[VersionKey, str], activities: Iterable[Activity], outside: str
) -> StageHistory:
    """Made of the stages found at the founding and of every applied and system transition, in their order.

    `outside` is the system comment that marks what another program changed.
    """
    open_stays = {key: Stay(key, stage, founded_ms, None, Origin.FOUND) for key, stage in baseline.items()}
    ended: list[Stay] = []
    for one in activities:
        if one.type not in (ActivityType.APPLIED, ActivityType.SYSTEM):
            continue
        before = open_stays.pop(one.version, None)
        if before is not None:
            ended.append(
                Stay(
                    before.version, before.stage, before.from_ms, one.time_ms, before.origin, before.who, before.comment
                )
            )
        if one.to_stage in _IN_USE:
            open_stays[one.version] = Stay(
                one.version, one.to_stage, one.time_ms, None, _origin(one, outside), one.person.name, one.comment
            )
    stays = [*ended, *open_stays.values()]
    stays.sort(key=lambda stay: (stay.version.model, stay.version.workspace, stay.version.version, stay.from_ms))
    return StageHistory(founded_ms, tuple(stays))


def _origin(one: Activity, outside: str) -> Origin:
    if one.type is ActivityType.APPLIED:
        return Origin.APPLIED
    return Origin.OUTSIDE if one.system_comment.startswith(outside) else Origin.CONSEQUENCE
