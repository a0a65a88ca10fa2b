"""The places a person has been to, with the way back and forward again."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

_KEPT = 100
_STAY_S = 1.5


@dataclass(frozen=True, slots=True)
class Place:
    """What one page shows: which part of the store, which thing in it, and behind which filter."""

    page: str = ""
    area: tuple[Hashable, ...] = ()
    """The experiments, or the model; empty while nothing is chosen."""
    item: Hashable = None
    """The run or the version that the inspector shows."""
    filter: str = ""


class History:
    """Up to 100 places in the order they were visited, one of them the present one.

    Another page or area is always a place of its own. Another item is one when the person stayed at the last for
    1.5 seconds: walking down a table leaves only the ends. A filter changes the present place.
    """

    def __init__(self) -> None:
        self._places: list[Place] = []
        self._at = -1
        self._since_s = 0.0
        self._arriving = False

    @property
    def present(self) -> Place | None:
        return self._places[self._at] if self._places else None

    @property
    def can_go_back(self) -> bool:
        return self._at > 0

    @property
    def can_go_forward(self) -> bool:
        return self._at < len(self._places) - 1

    def note(self, place: Place, now_s: float) -> None:
        """The person is at `place`; `now_s` is the reading of any clock that only goes forward."""
        present = self.present
        if place == present:
            self._arriving = False
            return
        if present is None or not self._is_same_visit(present, place, now_s):
            del self._places[self._at + 1 :]
            self._places.append(place)
            del self._places[:-_KEPT]
            self._at = len(self._places) - 1
            self._since_s = now_s
        else:
            if place.item != present.item:
                self._since_s = now_s
            self._places[self._at] = place
        self._arriving = False

    def step(self, by: int) -> Place | None:
        """The place before (-1) or after (1) the present one, which it becomes; None at the ends.

        What is noted next is where that led to, even when it is not quite the same any more.
        """
        at = self._at + by
        if not 0 <= at < len(self._places):
            return None
        self._at = at
        self._arriving = True
        return self._places[at]

    def clear(self) -> None:
        """Forget every place."""
        self._places.clear()
        self._at = -1
        self._arriving = False

    def _is_same_visit(self, present: Place, place: Place, now_s: float) -> bool:
        if self._arriving:
            return True
        if place.page != present.page:
            return False
        if place.area != present.area:
            return not present.area
        return place.item == present.item or present.item is None or now_s - self._since_s < _STAY_S
