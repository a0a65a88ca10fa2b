"""What a person says of metrics is kept, for all stores."""

from __future__ import annotations

from pathlib import Path

import pytest

from bakehouse.domain.comparison import Direction
from bakehouse.domain.errors import PersonalFileError
from bakehouse.personal.directions import DirectionFile
from bakehouse.places import data_directory


def test_that_directions_are_kept_changed_and_forgotten(own_home: Path) -> None:
    assert DirectionFile().read() == {}
    DirectionFile().change("loss", Direction.LOWER)
    DirectionFile().change("gain", Direction.NEITHER)
    assert DirectionFile().read() == {"loss": Direction.LOWER, "gain": Direction.NEITHER}
    assert DirectionFile().change("loss", None) == {"gain": Direction.NEITHER}


def test_that_what_is_not_understood_is_passed_over_and_what_is_no_json_is_said(own_home: Path) -> None:
    file = data_directory() / "metric-directions.json"
    file.write_text('{"metrics": {"a": "higher", "b": "sideways", "c": 3}}')
    assert DirectionFile().read() == {"a": Direction.HIGHER}
    file.write_text("{")
    with pytest.raises(PersonalFileError):
        DirectionFile().read()
