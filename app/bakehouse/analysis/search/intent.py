"""Whether a person types the search language, plain words, or words and then the language behind an AND."""

from __future__ import annotations

import re

_ENTITY = r"(?:metrics?|param(?:eter)?s?|tags?|attributes?|attr|run|datasets?)"
_ATTRIBUTE = r"(?:run_id|run_name|status|start_time|end_time|duration|user_id|artifact_uri|created|note)"
_COMPARED = r"(?:\s*(?:[<>]=?|!?=)\s*['\"\d.(-]|\s+(?:NOT\s+)?(?:I?LIKE|IN)\b|\s+IS\b)"
_FIGURE = r"(?:(?:min|max|at)\s*\(\s*)?"
_BEGIN = rf"^[\s(]*(?:NOT\b[\s(]*)*(?:{_FIGURE}`?{_ENTITY}`?\s*\.|{_ATTRIBUTE}{_COMPARED})"
_SEARCH = re.compile(_BEGIN, re.IGNORECASE)
_JOINT = re.compile(r"\sAND\s+")


def is_search(text: str) -> bool:
    """Whether `text` begins as a filter of the language does: `metrics.`, `status = '...`, also behind NOT and `(`."""
    return _SEARCH.match(text) is not None


def search_start(text: str) -> int | None:
    """The character where the language begins: `gbm AND metrics.a > 1` has plain words before it.

    None for plain words only; the AND behind words is written in capitals, since "and" may be one of them.
    """
    if is_search(text):
        return 0
    return next((joint.end() for joint in _JOINT.finditer(text) if is_search(text[joint.end() :])), None)


def words_before(text: str, start: int) -> str:
    """The plain words of a filter whose language begins at `start`."""
    found = [joint for joint in _JOINT.finditer(text, 0, start) if joint.end() == start]
    return text[: found[0].start()].strip() if found else ""
