"""Requests and activities in the words of the inbox and of the thread."""

from __future__ import annotations

import time
from collections.abc import Iterable

from bakehouse.analysis.figures import ago_text, moment_text
from bakehouse.domain.evidence import Evidence
from bakehouse.domain.models import Stage
from bakehouse.domain.requests import Activity, ActivityType, RequestState, ReviewRequest
from bakehouse.domain.text import visible
from bakehouse.itemmodels.request_list import RequestLine
from bakehouse.widgets.activity_thread import ActivityLine

_TITLES = {
    ActivityType.APPROVED: "Approved",
    ActivityType.REJECTED: "Rejected",
    ActivityType.CANCELLED: "Cancelled",
    ActivityType.COMMENT: "Comment",
}
_TOKENS = {
    ActivityType.APPROVED: "good",
    ActivityType.REJECTED: "bad",
    ActivityType.CANCELLED: "muted",
    ActivityType.SYSTEM: "muted",
}
_OUTCOMES = {
    RequestState.APPROVED: ("approved", "good"),
    RequestState.REJECTED: ("rejected", "bad"),
    RequestState.CANCELLED: ("cancelled", "muted"),
}


def now_ms() -> int:
    """This moment, UTC."""
    return time.time_ns() // 1_000_000


def arrow(from_stage: str, to_stage: str) -> str:
    """`Staging → Production`."""
    return f"{visible(from_stage, 20)} → {visible(to_stage, 20)}"


def request_line(request: ReviewRequest, *, waits_for_me: bool, me: str, others_in_stage: int) -> RequestLine:
    """A request as the inbox shows it."""
    name = "you" if request.requester.key == me else visible(request.requester.name, 40)
    when = f"requested {ago_text(request.created_ms, now_ms())} by {name}"
    outcome, token = "", "muted"
    if request.state is RequestState.PENDING:
        outcome = "" if waits_for_me else "waits for others"
    else:
        outcome, token = _OUTCOMES[request.state]
    return RequestLine(
        request.request_id,
        request.version.model,
        request.version.version,
        arrow(request.from_stage, request.to_stage),
        _side_effect(request, others_in_stage),
        when,
        outcome,
        token,
    )


def activity_lines(activities: Iterable[Activity], me: str) -> list[ActivityLine]:
    """The thread of a version; each says who signed it."""
    now = now_ms()
    lines = []
    for one in activities:
        who = "you" if one.person.key == me else one.person.name
        about = f"{visible(who, 60)} · {ago_text(one.time_ms, now)} · signed"
        tooltip = f"{moment_text(one.time_ms)}\nEntry {one.sequence}\n{one.entry_hash}\nKey {one.person.key}"
        text = one.comment or (one.system_comment[:1].upper() + one.system_comment[1:])
        lines.append(ActivityLine(_title(one), about, text, _TOKENS.get(one.type, "accent"), "", tooltip))
    return lines


def subtitle(request: ReviewRequest, evidence: Evidence) -> str:
    """What the move replaces and when the evidence was captured."""
    captured = f"evidence captured {moment_text(evidence.captured_ms)[:16]}"
    incumbent = evidence.incumbent
    if incumbent is None:
        empty = request.to_stage in (Stage.STAGING.value, Stage.PRODUCTION.value)
        first = f"nothing is in {request.to_stage} yet · " if empty else ""
        return first + captured
    verb = "replaces" if request.archive_existing else "stands beside"
    return f"{verb} version {incumbent.version}, in {visible(incumbent.stage, 20)} then · {captured}"


def consequence(request: ReviewRequest, others: list[int]) -> str:
    """What an approval does, in a sentence."""
    name = f"{visible(request.version.model, 60)} {request.version.version}"
    said = f"{name} moves from {visible(request.from_stage, 20)} to {request.to_stage}"
    if not request.archive_existing or not others:
        return f"{said}."
    which = f"version {others[0]}" if len(others) == 1 else f"versions {', '.join(map(str, others[:6]))}"
    return f"{said}; {which}, now in {request.to_stage}, {'is' if len(others) == 1 else 'are'} archived."


def _title(one: Activity) -> str:
    if one.type is ActivityType.REQUESTED:
        return f"Requested {visible(one.to_stage, 20)}"
    if one.type is ActivityType.APPLIED:
        return f"Applied {arrow(one.from_stage, one.to_stage)}"
    if one.type is ActivityType.SYSTEM:
        return f"Moved {arrow(one.from_stage, one.to_stage)}"
    return _TITLES[one.type]


def _side_effect(request: ReviewRequest, others: int) -> str:
    if request.state is not RequestState.PENDING or not request.archive_existing or not others:
        return ""
    return "archives 1 version" if others == 1 else f"archives {others} versions"
