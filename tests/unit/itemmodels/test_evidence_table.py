"""Evidence as a table: which rows are shown, what its cells say, and what a look at the files adds."""

from __future__ import annotations

from PySide6.QtTest import QAbstractItemModelTester

from bakehouse.domain.evidence import DigestSeen, Evidence, MetricSeen, VersionSeen
from bakehouse.itemmodels.evidence_table import EvidenceColumn, EvidenceModel


def seen(number: int, stage: str, rmse: float, trees: str) -> VersionSeen:
    return VersionSeen(
        number,
        stage,
        "models:/m-1",
        "run",
        "run",
        (("trees", trees), ("seed", "1")),
        (MetricSeen("rmse", rmse, 7),),
        (),
        (),
        DigestSeen(str(number) * 64, 1, 10, 1),
    )


def model(evidence: Evidence) -> EvidenceModel:
    made = EvidenceModel()
    QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal, made)
    made.show(evidence, {})
    return made


def names(made: EvidenceModel) -> list[str]:
    return [str(made.index(row, EvidenceColumn.NAME).data()) for row in range(made.rowCount())]


BOTH = Evidence(0, seen(2, "Staging", 3.0, "200"), seen(1, "Production", 4.0, "150"))


def test_that_equal_rows_are_hidden_and_counted_until_asked_for() -> None:
    made = model(BOTH)
    assert (names(made), made.hidden) == (["rmse ↓", "trees", "model digest"], 1)
    made.set_differing(False)
    assert (names(made), made.hidden) == (["rmse ↓", "seed", "trees", "model digest"], 0)


def test_that_without_an_incumbent_everything_is_shown() -> None:
    assert model(Evidence(0, BOTH.candidate)).rowCount() == 4


def test_that_the_change_of_a_metric_carries_its_verdict() -> None:
    made = model(BOTH)
    change = made.index(0, EvidenceColumn.CHANGE)
    assert (change.data(), change.data(EvidenceModel.ROLE)) == ("-25.0 %", "good")


def test_that_a_look_at_the_files_stands_where_the_change_of_the_digest_is() -> None:
    made = model(BOTH)
    made.set_check("the files changed", "bad")
    change = made.index(2, EvidenceColumn.CHANGE)
    assert (change.data(), change.data(EvidenceModel.ROLE)) == ("the files changed", "bad")
