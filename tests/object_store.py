"""A real S3 server (moto's) in a process of its own, and Bakehouse with its `s3` extra, in an environment made once."""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from tests.clients import ClientMissing, cache_directory

PROJECT = Path(__file__).resolve().parents[1]
_REQUIREMENTS = (f"{PROJECT}[s3]", "moto[server]>=5")
_MAKE_LIMIT_S = 900
_START_LIMIT_S = 60


@functools.cache
def python_with_s3() -> Path:
    """The interpreter of that environment, made at the first call ever or when the project's dependencies changed.

    Raises ClientMissing when `uv` or the packages cannot be had.
    """
    key = hashlib.sha256((PROJECT / "pyproject.toml").read_bytes()).hexdigest()[:12]
    target = cache_directory() / f"s3-{key}"
    cache_directory().mkdir(parents=True, exist_ok=True)
    # Several test processes may want it.
    with FileLock(cache_directory() / "s3.lock"):
        if not (target / "complete").exists():
            _make(target)
    return target / "bin" / "python"


def _make(target: Path) -> None:
    python = target / "bin" / "python"
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if uv is None:
        raise ClientMissing("uv is not installed (it comes with the test extra)")
    for step in (
        [uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(target)],
        [uv, "pip", "install", "--quiet", "--python", str(python), *_REQUIREMENTS],
    ):
        done = subprocess.run(step, capture_output=True, text=True, timeout=_MAKE_LIMIT_S, check=False)
        if done.returncode != 0:
            reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise ClientMissing(f"the environment with an S3 server cannot be made: {reason}")
    (target / "complete").touch()


@contextmanager
def s3_server(python: Path, log: Path) -> Iterator[dict[str, str]]:
    """A running server; what it gives is the environment that leads a person's programs to it."""
    with log.open("wb") as output:
        arguments = [str(python), "-c", "from moto.server import main; main(['-H', '127.0.0.1', '-p', '0'])"]
        server = subprocess.Popen(arguments, stdout=output, stderr=output)
        try:
            address = _address(server, log)
            yield os.environ | {
                "MLFLOW_S3_ENDPOINT_URL": address,
                "AWS_ACCESS_KEY_ID": "person",
                "AWS_SECRET_ACCESS_KEY": "secret",
                "AWS_DEFAULT_REGION": "us-east-1",
                "AWS_EC2_METADATA_DISABLED": "true",
                "PYTHONPATH": str(PROJECT / "app"),
                "PYTHONWARNINGS": "ignore",
                "QT_QPA_PLATFORM": "offscreen",
            }
        finally:
            server.terminate()
            server.wait(timeout=10)


def _address(server: subprocess.Popen[bytes], log: Path) -> str:
    """Where it listens: it says so itself, for the system chose the port."""
    limit = time.monotonic() + _START_LIMIT_S
    while time.monotonic() < limit and server.poll() is None:
        said = log.read_text(errors="replace")
        found = [word for word in said.split() if word.startswith("http://127.0.0.1:")]
        if found:
            address = found[0].rstrip("/")
            with urllib.request.urlopen(f"{address}/moto-api/", timeout=5):
                return address
        time.sleep(0.05)
    raise AssertionError(f"the S3 server did not start:\n{log.read_text(errors='replace')}")
