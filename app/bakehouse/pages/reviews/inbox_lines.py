"""A book of requests as the lines of the inbox's tabs."""

from __future__ import annotations

from collections import Counter

from bakehouse.domain.requests import RequestState
from bakehouse.itemmodels.request_list import RequestLine
from bakehouse.pages.reviews.book import Book
from bakehouse.pages.reviews.inbox import Tab
from bakehouse.pages.reviews.words import request_line


def inbox_lines(book: Book) -> dict[Tab, list[RequestLine]]:
    """Every request on the tabs where it belongs, the newest first; what waits for the person before all others."""
    in_stage = Counter((key.workspace, key.model, stage) for key, stage in book.stages.items())
    lines: dict[Tab, list[RequestLine]] = {tab: [] for tab in Tab}
    for one in book.requests:
        others = in_stage[one.version.workspace, one.version.model, one.to_stage]
        line = request_line(one, waits_for_me=book.waits_for_me(one), me=book.me, others_in_stage=others)
        lines[Tab.WAITING if one.state is RequestState.PENDING else Tab.DECIDED].append(line)
        if book.me and one.requester.key == book.me:
            lines[Tab.MINE].append(line)
    lines[Tab.WAITING].sort(key=lambda line: bool(line.outcome))
    return lines
