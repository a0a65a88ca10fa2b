"""How far a copy is and how fast it goes, told a few times a second."""

from __future__ import annotations

import time

from bakehouse.artifacts.listing import size_text
from bakehouse.domain.cancellation import Token
from bakehouse.domain.text import visible

_TELL_EVERY_S = 0.1
_SETTLED_S = 0.5
_PARTS = 1000


class Progress:
    """Counts bytes of one copy for its token. Used on the thread that copies.

    Told in thousandths of the whole, because the window counts in 32 bits.
    """

    def __init__(self, total: int, token: Token) -> None:
        self._total = total
        self._token = token
        self._done = 0
        self._began = self._told = time.monotonic()
        self._is_new = True

    def add(self, count: int, name: str) -> None:
        """So many bytes more, of the file `name`. Raises Cancelled."""
        self._done += count
        now = time.monotonic()
        if self._is_new or self._done == self._total or now - self._told >= _TELL_EVERY_S:
            self._is_new = False
            self._told = now
            self._token.check()
            self._token.report(*self._share(), self._text(now - self._began, name))

    def _share(self) -> tuple[int, int]:
        whole = max(self._done, self._total)
        return (self._done * _PARTS // whole, _PARTS) if whole else (0, _PARTS)

    def _text(self, spent_s: float, name: str) -> str:
        parts = [visible(name, 40), f"{size_text(self._done)} of {size_text(max(self._done, self._total))}"]
        if spent_s > _SETTLED_S:
            parts.append(f"{size_text(int(self._done / spent_s))}/s")
        return " · ".join(parts)
