"""The house stands: floors, and what no import rule can say."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PACKAGE = PROJECT / "app" / "bakehouse"

# (module, what it imports inside a function): all for start-up time, or because not every machine has it.
LATE_IMPORTS = {
    ("bakehouse.__main__", "bakehouse.desktop"),
    ("bakehouse.__main__", "bakehouse.main"),
    ("bakehouse.analysis.search.parser", "lark"),
    ("bakehouse.artifacts.documents", "pypdfium2"),
    ("bakehouse.artifacts.languages", "pygments"),
    ("bakehouse.artifacts.model_card", "yaml"),
    ("bakehouse.artifacts.outlines", "yaml"),
    ("bakehouse.artifacts.remote", "aiohttp"),
    ("bakehouse.artifacts.remote", "fsspec"),
    ("bakehouse.artifacts.tables", "pyarrow"),
    ("bakehouse.commands.dispatch", "bakehouse.commands.export"),
    ("bakehouse.commands.dispatch", "bakehouse.commands.info"),
    ("bakehouse.commands.dispatch", "bakehouse.commands.verify"),
    ("bakehouse.exports.excel", "xlsxwriter"),
    ("bakehouse.exports.parquet", "pyarrow"),
    ("bakehouse.desktop", "winreg"),
    ("bakehouse.personal.identity", "cryptography"),
    ("bakehouse.personal.identity", "keyring"),
    ("bakehouse.registry.signing", "cryptography"),
    ("bakehouse.registry.signing", "securesystemslib"),
    ("bakehouse.store.writing", "sqlalchemy"),
}

# Names that start threads or processes of Python; locks, events and thread-local values are no threads.
STARTERS = {
    "Thread",
    "Timer",
    "start_new_thread",
    "ThreadPoolExecutor",
    "ProcessPoolExecutor",
    "ThreadPool",
    "QThread",
    "QThreadPool",
    "QRunnable",
    "QtConcurrent",
}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@cache
def modules() -> tuple[tuple[str, ast.Module], ...]:
    """Name and syntax tree of every module of the application."""
    return tuple(_parsed())


def _parsed() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if not name.startswith("bakehouse.runtimes.programs"):
            yield name, ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imported(node: ast.AST) -> list[str]:
    """The modules an import statement names; none for other nodes."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


def names_in(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Attribute):
        return [node.attr]
    if isinstance(node, ast.Name):
        return [node.id]
    return [name.rpartition(".")[2] for name in imported(node)]


def test_that_every_floor_imports_only_the_floors_below() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_that_item_models_know_no_widgets() -> None:
    found = [
        (module, name)
        for module, tree in modules()
        if module.startswith("bakehouse.itemmodels")
        for node in ast.walk(tree)
        for name in imported(node)
        if "QtWidgets" in name
    ]
    assert found == []


def test_that_only_tasks_start_threads() -> None:
    found = [
        (module, name)
        for module, tree in modules()
        if not module.startswith("bakehouse.tasks")
        for node in ast.walk(tree)
        for name in names_in(node)
        if name in STARTERS or name in {"multiprocessing", "_thread"}
    ]
    assert found == []


def test_that_nobody_pumps_the_event_loop() -> None:
    pumps = {"processEvents", "sendPostedEvents"}
    found = [module for module, tree in modules() for node in ast.walk(tree) if pumps & set(names_in(node))]
    assert found == []


def test_that_modules_import_at_their_top_but_for_a_listed_few() -> None:
    late = {
        (module, name)
        for module, tree in modules()
        for function in ast.walk(tree)
        if isinstance(function, FUNCTIONS)
        for node in ast.walk(function)
        for name in imported(node)
    }
    unlisted = {(m, n) for m, n in late if not any(m == known and _within(n, what) for known, what in LATE_IMPORTS)}
    assert unlisted == set()
    unused = {(m, what) for m, what in LATE_IMPORTS if not any(m == user and _within(n, what) for user, n in late)}
    assert unused == set()


def _within(name: str, module: str) -> bool:
    return name == module or name.startswith(f"{module}.")


def test_that_the_application_never_imports_mlflow_or_a_models_code() -> None:
    foreign = {"mlflow", "pyspark", "sklearn", "cloudpickle", "pickle", "joblib", "torch", "tensorflow"}
    found = [
        (module, name)
        for module, tree in modules()
        for node in ast.walk(tree)
        for name in imported(node)
        if name.split(".")[0] in foreign
    ]
    assert found == []
