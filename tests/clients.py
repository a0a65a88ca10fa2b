"""Real MLflow clients in environments of their own, spoken to as child processes."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs
from filelock import FileLock

CACHE_VARIABLE = "BAKEHOUSE_TEST_CLIENTS"

# version → (Python, requirements); the pins are what these clients need with the libraries of today.
_ENVIRONMENTS = {
    "1.30.1": ("3.10", ("mlflow==1.30.1", "scikit-learn==1.2.2", "setuptools<70", "sqlalchemy<2")),
    "2.22.5": ("3.11", ("mlflow==2.22.5", "setuptools<81", "sqlalchemy<2.1")),
    "3.17.2": ("3.11", ("mlflow==3.17.2",)),
}

MORE_VARIABLE = "BAKEHOUSE_TEST_MORE_CLIENTS"
"""Versions to compare with besides those above, with blanks between them."""

_MAKE_LIMIT_S = 1200
_RUN_LIMIT_S = 300


class ClientMissing(Exception):
    """The environment cannot be made on this machine; the message says why."""


@dataclass(frozen=True)
class Client:
    """One MLflow client. `run` starts a new process each time, about 5 s because of its imports."""

    version: str
    python: Path

    def run(self, code: str, *arguments: object, folder: Path) -> Any:
        """Run `code` with `arguments` as `sys.argv[1:]` inside `folder`; the last line of stdout, parsed as JSON.

        Raises AssertionError with the program's own words when it fails.
        """
        process = self.start(code, *arguments, folder=folder)
        try:
            return self.result(process)
        finally:
            process.kill()

    def start(self, code: str, *arguments: object, folder: Path) -> subprocess.Popen[str]:
        """As `run`, without waiting; `result` waits."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("MLFLOW_")}
        environment |= {"GIT_PYTHON_REFRESH": "quiet", "PYTHONWARNINGS": "ignore", "PYTHONUTF8": "1"}
        return subprocess.Popen(
            [str(self.python), "-c", code, *map(str, arguments)],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def result(self, process: subprocess.Popen[str]) -> Any:
        """What the program that `start` began has printed last."""
        out, errors = process.communicate(timeout=_RUN_LIMIT_S)
        assert process.returncode == 0, f"MLflow {self.version} failed:\n{out[-2000:]}\n{errors[-6000:]}"
        return json.loads(out.strip().splitlines()[-1])


@functools.cache
def client(version: str) -> Client:
    """The client of that version; its environment is made at the first call ever and kept in the cache folder.

    Raises ClientMissing when `uv` or the packages cannot be had.
    """
    python = cache_directory() / version / "bin" / "python"
    # Several test processes may want the same one.
    cache_directory().mkdir(parents=True, exist_ok=True)
    with FileLock(cache_directory() / f"{version}.lock"):
        if _installed(python) != version:
            _make(version, python.parents[1])
    return Client(version, python)


def versions() -> tuple[str, ...]:
    """The versions to compare with, oldest first; `MORE_VARIABLE` adds to those that are always there."""
    return tuple(sorted({*_ENVIRONMENTS, *os.environ.get(MORE_VARIABLE, "").split()}, key=numbers))


def numbers(version: str) -> tuple[int, ...]:
    """A version's parts, for comparing."""
    return tuple(int(part) for part in version.split("."))


def cache_directory() -> Path:
    """Where environments are kept."""
    named = os.environ.get(CACHE_VARIABLE)
    return Path(named) if named else Path(platformdirs.user_cache_dir("bakehouse-test-clients"))


def _installed(python: Path) -> str | None:
    if not python.exists():
        return None
    query = "from importlib.metadata import version; print(version('mlflow'))"
    answer = subprocess.run([str(python), "-c", query], capture_output=True, text=True, check=False)
    return answer.stdout.strip() if answer.returncode == 0 else None


def _make(version: str, target: Path) -> None:
    pins = ("setuptools<81", "sqlalchemy<2.1") if numbers(version) < (3, 17) else ()
    interpreter, requirements = _ENVIRONMENTS.get(version, ("3.11", (f"mlflow=={version}", *pins)))
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if uv is None:
        raise ClientMissing("uv is not installed (it comes with the test extra)")
    target.parent.mkdir(parents=True, exist_ok=True)
    steps = (
        [uv, "venv", "--quiet", "--clear", "--python", _interpreter(interpreter), str(target)],
        [uv, "pip", "install", "--quiet", "--python", str(target / "bin" / "python"), *requirements],
    )
    for step in steps:
        done = subprocess.run(step, capture_output=True, text=True, timeout=_MAKE_LIMIT_S, check=False)
        if done.returncode != 0:
            reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise ClientMissing(f"the environment of MLflow {version} cannot be made: {reason}")


def _interpreter(version: str) -> str:
    """That Python of pyenv, of which uv sees only those in use; else its version, for uv to find."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    found = sorted(pyenv.glob(f"{version}.*/bin/python"))
    return str(found[-1]) if found else version
