"""Whether a person types the search language or plain words."""

from __future__ import annotations

import re

_ENTITY = r"(?:metrics?|param(?:eter)?s?|tags?|attributes?|attr|run|datasets?)"
_ATTRIBUTE = r"(?:run_id|run_name|status|start_time|end_time|user_id|artifact_uri|created|note)"
_COMPARED = r"(?:\s*(?:[<>]=?|!?=)\s*['\"\d.(-]|\s+(?:NOT\s+)?(?:I?LIKE|IN)\b|\s+IS\b)"
_FIGURE = r"(?:(?:min|max|at)\s*\(\s*)?"
_BEGIN = rf"^[\s(]*(?:NOT\b[\s(]*)*(?:{_FIGURE}`?{_ENTITY}`?\s*\.|{_ATTRIBUTE}{_COMPARED})"
_SEARCH = re.compile(_BEGIN, re.IGNORECASE)


def is_search(text: str) -> bool:
    """Whether `text` begins as a filter of the language does: `metrics.`, `status = '...`, also behind NOT and `(`."""
    return _SEARCH.match(text) is not None
