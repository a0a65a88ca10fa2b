"""Versions of a model side by side, also those of which a run or the files are gone."""

from __future__ import annotations

from bakehouse.analysis.comparison import Comparison, Section
from bakehouse.analysis.version_comparison import ComparedVersion, VersionFile, compare_versions
from bakehouse.domain.comparison import ComparedRun
from bakehouse.domain.models import ModelVersion


def version(number: int, **changes: object) -> ModelVersion:
    values = {
        "name": "Rye", "version": number, "stage": "None", "status": "READY", "source": "s3://b",
        "storage_location": None,
        "run_id": "r", "description": "", "creation_time_ms": number, "last_updated_time_ms": number, "aliases": (),
        "tags": (), "workspace": "default",
    }  # fmt: skip
    return ModelVersion(**(values | changes))  # type: ignore[arg-type]


def run(**changes: object) -> ComparedRun:
    values = {
        "run_id": "r", "name": "gbm-1", "status": "FINISHED", "lifecycle_stage": "active", "user": "",
        "experiment": "e", "start_time_ms": 1, "end_time_ms": 2, "artifact_uri": "",
        "params": {"lr": "0.1"}, "metrics": {"auc": 0.9},
        "tags": {"mlflow.user": "ann"}, "datasets": (),
    }  # fmt: skip
    return ComparedRun(**(values | changes))  # type: ignore[arg-type]


def texts(comparison: Comparison, section: Section) -> dict[str, tuple[str | None, ...]]:
    return {row.name: row.texts for row in comparison.rows if row.section is section}


def test_that_versions_without_run_or_files_stand_beside_whole_ones() -> None:
    found = [
        ComparedVersion(version(1), run(), files={"MLmodel": VersionFile("1 kB", "ab" * 32)}),
        ComparedVersion(version(2, run_id="gone"), None),
        ComparedVersion(version(3, run_id=None), None),
    ]
    comparison = compare_versions(found)
    assert comparison.names == ("Version 1", "Version 2", "Version 3")
    assert texts(comparison, Section.ATTRIBUTES)["Source run"] == ("gbm-1", "gone (not in this store)", None)
    assert texts(comparison, Section.PARAMS) == {"lr": ("0.1", None, None)}
    assert texts(comparison, Section.FILES) == {"MLmodel": ("1 kB · abababababab", None, None)}


def test_that_files_of_one_size_differ_by_their_digests() -> None:
    found = [
        ComparedVersion(
            version(n),
            None,
            files={"m.pkl": VersionFile("9 kB", f"{n}" * 64), "same": VersionFile("1 B", "a" * 64)},
        )
        for n in (1, 2)
    ]
    rows = {row.name: row.differs for row in compare_versions(found).rows if row.section is Section.FILES}
    assert rows == {"m.pkl": True, "same": False}


def test_that_signature_requirements_flavors_and_tags_have_rows_of_their_own() -> None:
    found = [
        ComparedVersion(
            version(1, tags=(("team", "a"), ("bakehouse.digest", "x"))),
            None,
            flavors=(("sklearn", "1.5"), ("python_function", "")),
            signature=(
                ("inputs", "price", "double", "optional"), ("outputs", "", "long", ""), ("outputs", "", "double", ""),
            ),
            requirements=("pandas==2.1", "mlflow", "scikit-learn[extra] >=1, <2", "# odd"),
        )
    ]  # fmt: skip
    comparison = compare_versions(found)
    assert texts(comparison, Section.TAGS) == {"team": ("a",)}
    assert texts(comparison, Section.FLAVORS) == {"python_function": ("yes",), "sklearn": ("1.5",)}
    assert texts(comparison, Section.SIGNATURE) == {
        "inputs: price": ("double, optional",), "outputs": ("long",), "outputs: value 2": ("double",),
    }  # fmt: skip
    assert texts(comparison, Section.REQUIREMENTS) == {
        "# odd": ("yes",), "mlflow": ("any",), "pandas": ("==2.1",), "scikit-learn[extra]": (">=1, <2",),
    }  # fmt: skip
