"""The dossier of one version as HTML: what it is, what was decided on which evidence, and what that proves."""

from __future__ import annotations

import html
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bakehouse.analysis.evidence_rows import EvidenceRow, evidence_rows
from bakehouse.domain.evidence import DigestSeen, Evidence, VersionSeen
from bakehouse.domain.models import ModelVersion
from bakehouse.domain.policy import Policy, policy_sentences
from bakehouse.domain.requests import Activity, ActivityType, ReviewRequest
from bakehouse.domain.text import visible, visible_lines

_MOST_ROWS = 60
_INK, _MUTED, _LINE, _ACCENT = "#211e1a", "#6b645b", "#d8d2ca", "#a84a12"
_PROVES = (
    "Each entry named here is signed with the Ed25519 key shown beside it and linked to the one before it by SHA-256: "
    "changed, moved, added or missing entries are found by “bakehouse verify”.",
    "Roles and policies are those in force when an entry was written; the check repeats them from the first entry on.",
    "The digest binds a decision to the bytes of the model's files at that moment.",
)
_DOES_NOT = (
    "That nothing was cut from the end of the trail shows only against a head that was kept elsewhere, such as the one "
    "printed here.",
    "A key stands for whoever had it: a shared account or a copied key cannot be told apart.",
    "Times are those of the computers that signed; a clock can be wrong.",
    "What other programs changed is recorded when it was noticed, under the key of whoever noticed it.",
)


@dataclass(frozen=True)
class Dossier:
    """All that a dossier tells of one version. `requests` with their evidence, the newest first."""

    version: ModelVersion
    run_name: str
    seen: VersionSeen
    """The version as it is now."""
    requests: Sequence[tuple[ReviewRequest, Evidence]]
    activities: Sequence[Activity]
    """The oldest first."""
    policy: Policy | None
    """For moves into Production."""
    head: str
    entries: int
    verification: Sequence[str]
    """What the check of the whole trail found; empty where it holds."""
    store: str
    made_ms: int


def dossier_html(dossier: Dossier) -> str:
    """The dossier; every foreign text escaped, nothing in it loads anything."""
    version = dossier.version
    name = f"{visible(version.name, 200)} version {version.version}"
    parts = [
        f'<p style="color:{_MUTED}">Dossier · made {_moment(dossier.made_ms)} from {_text(dossier.store)}</p>',
        f'<h1 style="color:{_INK}">{_text(name)}</h1>',
        _facts(dossier),
        _heading("Verification"),
        _verification(dossier),
    ]
    for request, evidence in dossier.requests:
        parts += [_heading(f"Request: {request.from_stage} → {request.to_stage}"), _request(request, evidence)]
    parts += [
        _heading("Metrics, params, data, environment"),
        _evidence(evidence_rows(Evidence(dossier.made_ms, dossier.seen), {}), beside=False),
        _heading("Everything recorded about this version"),
        _activities(dossier.activities),
        _heading("Policy for Production now"),
        _list(policy_sentences(dossier.policy)),
        _heading("What this proves"),
        _list(_PROVES),
        _heading("What it does not prove"),
        _list(_DOES_NOT),
    ]
    style = f"body {{ color: {_INK}; }} td {{ border-bottom: 1px solid {_LINE}; }} h2 {{ color: {_ACCENT}; }}"
    return f"<html><head><style>{style}</style></head><body>{''.join(parts)}</body></html>"


def _facts(dossier: Dossier) -> str:
    version, seen = dossier.version, dossier.seen
    rows = [
        ("Stage", version.stage),
        ("Aliases", ", ".join(f"@{alias}" for alias in version.aliases)),
        ("Registered", _moment(version.creation_time_ms)),
        ("Source", version.source),
        ("Source run", f"{dossier.run_name} ({version.run_id})" if version.run_id else "none"),
        ("Model digest", _digest(seen.digest)),
        ("Description", version.description),
    ]
    return _table([(label, value) for label, value in rows if value], (22, 78))


def _verification(dossier: Dossier) -> str:
    if not dossier.entries:
        return "<p>This store has no trail: nothing about decisions is recorded or proved.</p>"
    if dossier.verification:
        return "<p><b>The trail does not hold:</b></p>" + _list(dossier.verification)
    return (
        f"<p>The whole trail of {dossier.entries:,} entries was checked and holds. Its head:<br>"
        f'<span style="font-family:monospace">{_text(dossier.head)}</span></p>'
    )


def _request(request: ReviewRequest, evidence: Evidence) -> str:
    rows = [
        ("Requested", f"{_moment(request.created_ms)} by {request.requester.name} (key {request.requester.key[:16]}…)"),
        ("Why", request.comment),
        ("Outcome", _outcome(request)),
        ("Evidence", f"captured {_moment(evidence.captured_ms)}"),
        ("Replaces", f"version {evidence.incumbent.version}" if evidence.incumbent is not None else "nothing"),
        ("Entry", request.request_id),
    ]
    shown = _table([(label, value) for label, value in rows if value], (22, 78))
    return shown + "<br>" + _evidence(evidence_rows(evidence, {}), beside=evidence.incumbent is not None)


def _outcome(request: ReviewRequest) -> str:
    if request.decided_by is None:
        return request.state.value
    when = _moment(request.decided_ms)
    return f"{request.state.value} {when} by {request.decided_by.name} (key {request.decided_by.key[:16]}…)"


def _evidence(rows: Sequence[EvidenceRow], *, beside: bool) -> str:
    """Beside each other what differs and the digest; alone everything, as far as a page can hold it."""
    wanted = [row for row in rows if row.differs or row.name == "model digest" or not beside]
    head = ("", "replaced", "candidate", "change") if beside else ("", "value")
    lines: list[tuple[str, ...]] = [head]
    for row in wanted[:_MOST_ROWS]:
        texts = (row.name, row.incumbent, row.candidate, row.change) if beside else (row.name, row.candidate)
        lines.append(texts)
    left = len(rows) - len(wanted[:_MOST_ROWS])
    more = f'<p style="color:{_MUTED}">{left:,} more values are in the record.</p>' if left else ""
    return _table(lines, (34, 22, 22, 22) if beside else (44, 56), first_is_head=True) + more


def _activities(activities: Sequence[Activity]) -> str:
    lines: list[tuple[str, ...]] = [("when", "what", "who", "said", "entry")]
    for one in activities:
        what = f"{_WORDS[one.type]} {one.from_stage} → {one.to_stage}" if one.to_stage else _WORDS[one.type]
        said = one.comment or one.system_comment
        who = f"{one.person.name} ({one.person.key[:8]}…)"
        lines.append((_moment(one.time_ms), what, who, said, f"{one.sequence} · {one.entry_hash[:12]}…"))
    return _table(lines, (17, 24, 18, 25, 16), first_is_head=True)


_WORDS = {
    ActivityType.REQUESTED: "requested",
    ActivityType.APPROVED: "approved",
    ActivityType.REJECTED: "rejected",
    ActivityType.CANCELLED: "cancelled",
    ActivityType.APPLIED: "applied",
    ActivityType.SYSTEM: "moved",
    ActivityType.COMMENT: "comment on",
}


def _table(rows: Sequence[tuple[str, ...]], shares: Sequence[int], *, first_is_head: bool = False) -> str:
    lines = []
    for number, row in enumerate(rows):
        is_head = first_is_head and number == 0
        cells = []
        for place, text in enumerate(row):
            muted = is_head or (place == 0 and not first_is_head)
            colour = _MUTED if muted else _INK
            cells.append(f'<td width="{shares[place]}%" style="color:{colour}">{_text(text)}</td>')
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return f'<table width="100%" cellspacing="0" cellpadding="3">{"".join(lines)}</table>'


def _list(sentences: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{_text(one)}</li>" for one in sentences) + "</ul>"


def _heading(text: str) -> str:
    return f"<h2>{_text(text)}</h2>"


def _digest(digest: DigestSeen) -> str:
    if not digest.sha256:
        return digest.reason
    return f"sha256:{digest.sha256} (rule {digest.rule}, {digest.files:,} files, {digest.size:,} bytes)"


def _moment(time_ms: int | None) -> str:
    return "–" if time_ms is None else time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(time_ms / 1000))


def _text(text: str) -> str:
    return html.escape(visible_lines(text, 2_000)).replace("\n", "<br>")
