"""What a view keeps of the table's rows: nesting, groups, and whether only starred runs are shown."""

from __future__ import annotations

from bakehouse.domain.arrangement import Aggregate, Arrangement
from bakehouse.pages.runs.stars import RunStars
from bakehouse.pages.runs.table_groups import TableGroups
from bakehouse.personal.view_format import Json, key_of, key_value

_LEVELS_AT_MOST = 8


class RowSection:
    """Captures and puts back; used by the views of the page."""

    def __init__(self, groups: TableGroups, stars: RunStars) -> None:
        self._groups, self._stars = groups, stars

    def capture(self) -> Json:
        """How the rows are arranged now, as JSON values."""
        now = self._groups.arrangement
        return {
            "nested": now.nested,
            "group_by": [key_value(key) for key in now.group_by],
            "aggregate": now.aggregate.value,
            "only_starred": self._stars.on,
        }

    def restore(self, kept: Json) -> None:
        """Arrange the rows so, as far as it can be understood."""
        if not isinstance(kept, dict):
            return
        now = self._groups.arrangement
        nested, named, aggregate = kept.get("nested"), kept.get("group_by"), kept.get("aggregate")
        keys = [key_of(one) for one in named][:_LEVELS_AT_MOST] if isinstance(named, list) else []
        known = {one.value for one in Aggregate}
        wanted = Arrangement(
            nested if isinstance(nested, bool) else now.nested,
            tuple(dict.fromkeys(key for key in keys if key is not None)),
            Aggregate(aggregate) if isinstance(aggregate, str) and aggregate in known else now.aggregate,
        )
        if wanted != now:
            self._groups.arrange(wanted)
        self._stars.button.setChecked(kept.get("only_starred") is True)
