"""What can be done with one axis of a plot, as a menu."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from bakehouse.analysis.axes import AxisData
from bakehouse.analysis.scales import ScaleKind

_SCALES = (
    (ScaleKind.LINEAR, "Linear"),
    (ScaleKind.LOG, "Logarithmic"),
    (ScaleKind.PERCENTILE, "By rank"),
    (ScaleKind.CATEGORY, "As categories"),
)


def axis_menu(
    data: AxisData,
    kind: ScaleKind,
    place: tuple[int, int],
    act: Callable[[str], object],
    scale: Callable[[ScaleKind], object],
    parent: QWidget,
) -> QMenu:
    """The menu of the axis number `place[0]` of `place[1]`; `act` is told one of "flip", "left", "right", "colour",
    "clear" and "remove". It goes when closed.
    """
    menu = QMenu(parent)
    menu.setObjectName("axis_menu")
    index, count = place

    def add(text: str, what: str, shortcut: str = "", *, enabled: bool = True) -> QAction:
        action = menu.addAction(f"{text}\t{shortcut}" if shortcut else text)
        action.setObjectName(f"axis_{what}")
        action.setEnabled(enabled)
        action.triggered.connect(partial(_ignoring, act, what))
        return action

    group = QActionGroup(menu)
    only_texts = data.codes is not None and not data.numeric
    for one, text in _SCALES:
        action = menu.addAction(text)
        action.setObjectName(f"axis_scale_{one.value}")
        action.setCheckable(True)
        action.setChecked(one is kind)
        action.setEnabled(one is ScaleKind.CATEGORY or not only_texts)
        action.triggered.connect(partial(_ignoring, scale, one))
        group.addAction(action)
    menu.addSeparator()
    add("Flip", "flip", "F")
    add("Move left", "left", "Ctrl+Left", enabled=index > 0)
    add("Move right", "right", "Ctrl+Right", enabled=index < count - 1)
    menu.addSeparator()
    add("Colour by this", "colour")
    add("Clear brushes of this axis", "clear")
    menu.addSeparator()
    add("Remove axis", "remove", "Shift+Del", enabled=count > 1)
    menu.aboutToHide.connect(menu.deleteLater)
    return menu


def _ignoring(act: Callable[[Any], object], what: object, _checked: bool = False) -> None:
    act(what)
