"""One part of a model's signature as a form: name, type, and shape or default, a line for each column."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter
from typing_extensions import override

from bakehouse.analysis.figures import MISSING
from bakehouse.theme import GRID, Theme
from bakehouse.widgets.fact_list import Fact, FactList

_NAME_SHARE, _TYPE_SHARE = 0.38, 0.34


class SignatureRows(FactList):
    """Facts whose `value` is a type and whose one further value is shape, default or `optional`."""

    def __init__(self, theme: Theme, part: str) -> None:
        super().__init__(theme, name_share=_NAME_SHARE)
        self.setObjectName(f"signature_{part}")
        self.setAccessibleName(f"Signature, {part}")

    def show_rows(self, rows: list[tuple[str, str, str]]) -> None:
        """(name, type, shape or default) of each column."""
        self.show_facts(
            [
                Fact(name or MISSING, kind, (detail,), full="  ".join(filter(None, (kind, detail))), copy=kind)
                for name, kind, detail in rows
            ]
        )

    @override
    def _paint_pair(self, painter: QPainter, line: QRect, fact: Fact, *, hovered: bool) -> None:
        theme = self._theme
        painter.setPen(theme.color("line"))
        painter.drawLine(line.bottomLeft(), line.bottomRight())
        first = round(line.width() * _NAME_SHARE)
        detail = fact.more[0] if fact.more else ""
        second = first + round(line.width() * _TYPE_SHARE) if detail else line.width()
        painter.setPen(theme.color("text"))
        name = line.adjusted(0, 0, first - line.width() - GRID, 0)
        self._draw(painter, name, fact.name, elide=Qt.TextElideMode.ElideMiddle)
        painter.setPen(theme.color("accent" if hovered and fact.link else "muted"))
        self._draw(painter, line.adjusted(first, 0, second - line.width() - (GRID if detail else 0), 0), fact.value)
        self._draw(painter, line.adjusted(second, 0, 0, 0), detail)
