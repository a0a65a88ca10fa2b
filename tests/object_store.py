"""Object stores in processes of their own (moto for S3, an emulator of Google's, Azurite for Azure's), and Bakehouse
with the extra each needs, in environments made once."""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
import socket
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
_REQUIREMENTS = {
    "s3": (f"{PROJECT}[s3]", "moto[server]>=5"),
    "gs": (f"{PROJECT}[gs]", "gcp-storage-emulator>=2026.7"),
    "azure": (f"{PROJECT}[azure]",),
}
_AZURITE = "azurite@3"
_S3_SERVER = """
import sys
from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends
from moto.server import main
backend = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
backend.create_bucket("bucket", "us-east-1")
for number in range(int(sys.argv[1])):
    backend.put_object("bucket", f"1/many/artifacts/step_{number}.json", b"{}")
main(["-H", "127.0.0.1", "-p", "0"])
"""
_MAKE_LIMIT_S = 900
_START_LIMIT_S = 60
# It gives back the memory of every object one by one.
_STOP_LIMIT_S = 120


@functools.cache
def python_with(extra: str) -> Path:
    """The interpreter of that environment, made at the first call ever or when the project's dependencies changed.

    Raises ClientMissing when `uv` or the packages cannot be had.
    """
    key = hashlib.sha256((PROJECT / "pyproject.toml").read_bytes()).hexdigest()[:12]
    target = cache_directory() / f"{extra}-{key}"
    cache_directory().mkdir(parents=True, exist_ok=True)
    # Several test processes may want it.
    with FileLock(cache_directory() / f"{extra}.lock"):
        if not (target / "complete").exists():
            _make(target, _REQUIREMENTS[extra])
    return target / "bin" / "python"


def _make(target: Path, requirements: tuple[str, ...]) -> None:
    python = target / "bin" / "python"
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if uv is None:
        raise ClientMissing("uv is not installed (it comes with the test extra)")
    for step in (
        [uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(target)],
        [uv, "pip", "install", "--quiet", "--python", str(python), *requirements],
    ):
        done = subprocess.run(step, capture_output=True, text=True, timeout=_MAKE_LIMIT_S, check=False)
        if done.returncode != 0:
            reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise ClientMissing(f"the environment with an object store cannot be made: {reason}")
    (target / "complete").touch()


@functools.cache
def azurite() -> list[str]:
    """The command that starts Azure's storage emulator, installed at the first call ever. Raises ClientMissing."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise ClientMissing("node and npm, which Azurite needs, are not installed")
    target = cache_directory() / "azurite"
    target.mkdir(parents=True, exist_ok=True)
    program = target / "node_modules" / "azurite" / "dist" / "src" / "blob" / "main.js"
    with FileLock(cache_directory() / "azurite.lock"):
        if not program.exists():
            command = [npm, "install", "--no-audit", "--no-fund", "--prefix", str(target), _AZURITE]
            done = subprocess.run(command, capture_output=True, text=True, timeout=_MAKE_LIMIT_S, check=False)
            if done.returncode != 0 or not program.exists():
                raise ClientMissing(f"Azurite cannot be installed: {done.stderr.strip()[-300:]}")
    return [node, str(program)]


@contextmanager
def running(command: list[str], port: int, log: Path, folder: Path) -> Iterator[None]:
    """A server process that listens on a port of this machine."""
    with log.open("wb") as output:
        server = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output)
        try:
            _wait_for_port(server, port, log)
            yield
        finally:
            server.terminate()
            server.wait(timeout=_STOP_LIMIT_S)


def _wait_for_port(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    limit = time.monotonic() + _START_LIMIT_S
    while time.monotonic() < limit and server.poll() is None:
        with socket.socket() as trying:
            if trying.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"the server did not start:\n{log.read_text(errors='replace')}")


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def s3_server(python: Path, log: Path, many: int) -> Iterator[dict[str, str]]:
    """A running server; what it gives is the environment that leads a person's programs to it.

    It begins with `many` objects in `bucket/1/many/artifacts/`: as many requests would take a quarter of an hour.
    """
    with log.open("wb") as output:
        arguments = [str(python), "-c", _S3_SERVER, str(many)]
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
            server.wait(timeout=_STOP_LIMIT_S)


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
