"""The command line: its arguments, and one sentence for those it does not know."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from bakehouse import __version__
from bakehouse.domain.errors import BakehouseError
from bakehouse.domain.text import visible

TRY_LOCK = "try-lock"
"""The second process of `store.lock_probe`, not for a person: `bakehouse try-lock STORE`."""

COMMANDS = ("info", "export", "verify", TRY_LOCK)


class ArgumentsError(BakehouseError):
    """The command line cannot be understood."""


class _Parser(argparse.ArgumentParser):
    """Raises ArgumentsError instead of printing its usage and ending the process."""

    def error(self, message: str) -> NoReturn:
        said = visible(message)
        raise ArgumentsError(f"{said[:1].upper()}{said[1:]}; {self.prog} --help explains what can be said.")


def parse_window(arguments: Sequence[str]) -> argparse.Namespace:
    """store, read_only, sample, profile, theme, register_desktop, unregister_desktop. Raises ArgumentsError.

    `--help` and `--version` print and raise SystemExit.
    """
    parser = _Parser(
        prog="bakehouse",
        description="Look into a local MLflow tracking store: compare runs, register models, move them between stages.",
        epilog="Without a window: bakehouse info STORE, bakehouse export STORE --output FILE, bakehouse verify STORE "
        "(each with --help). "
        "A store whose file is called like a command is opened by its path: ./info",
        allow_abbrev=False,
    )
    parser.add_argument("store", nargs="?", type=Path, metavar="STORE", help="the mlflow.db to open")
    parser.add_argument("--read-only", action="store_true", help="never offer to edit the store")
    parser.add_argument("--sample", action="store_true", help="open the sample store")
    parser.add_argument(
        "--profile",
        type=_profile,
        metavar="NAME",
        help="be another person on this account: own settings, key and name in the trail",
    )
    parser.add_argument("--theme", choices=("light", "dark"), help="instead of the preference")
    desktop = parser.add_mutually_exclusive_group()
    desktop.add_argument("--register-desktop", action="store_true", help="add menu entry, icon and file type for me")
    desktop.add_argument("--unregister-desktop", action="store_true", help="remove them again")
    parser.add_argument("--version", action="version", version=f"bakehouse {__version__}")
    chosen = parser.parse_args(arguments)
    if chosen.sample and chosen.store is not None:
        raise ArgumentsError("Give either a store or --sample, not both.")
    return chosen


def parse_info(arguments: Sequence[str]) -> argparse.Namespace:
    """store, json. Raises ArgumentsError."""
    parser = _Parser(prog="bakehouse info", description="Say what a store holds.", allow_abbrev=False)
    parser.add_argument("store", type=Path, metavar="STORE", help="the mlflow.db to look into")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    return parser.parse_args(arguments)


def parse_verify(arguments: Sequence[str]) -> argparse.Namespace:
    """store, json, rebuild, trust. Raises ArgumentsError."""
    parser = _Parser(
        prog="bakehouse verify",
        description="Check the trail of a store: order, links, signatures, who was allowed to do what, and MLflow's "
        "stages against it. Ends with 0 when it holds or there is none, with 1 when something is wrong.",
        allow_abbrev=False,
    )
    parser.add_argument("store", type=Path, metavar="STORE", help="the mlflow.db, or a trail exported as FILE.json")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of sentences")
    parser.add_argument(
        "--rebuild",
        action="store_true",
        help="first make the trail's tables anew from its entries, if these hold (writes to the trail's file)",
    )
    parser.add_argument(
        "--trust",
        type=Path,
        metavar="FILE",
        help='what the trail must begin with or continue: JSON {"genesis": HASH} or {"genesis": HASH, "length": N, '
        '"hash": HASH}, or an exported trail',
    )
    return parser.parse_args(arguments)


def parse_export(arguments: Sequence[str]) -> argparse.Namespace:
    """store, experiment, order_by and histories (lists of texts), filter, max, deleted, wide, format, safe_csv, json,
    output. Raises ArgumentsError.
    """
    parser = _Parser(
        prog="bakehouse export",
        description="Write runs with their params, latest metrics and tags as a table. The columns are named as "
        "MLflow's search_runs names them: run_id, experiment_id, status, start_time, end_time, artifact_uri, then "
        "metrics.<key>, params.<key> and tags.<key> by name. With --histories every point of the metrics named "
        "instead: run_id, metric, step, timestamp, value.",
        allow_abbrev=False,
    )
    parser.add_argument("store", type=Path, metavar="STORE", help="the mlflow.db to read")
    parser.add_argument(
        "--experiment",
        nargs="+",
        action="extend",
        default=[],
        metavar="NAME_OR_ID",
        help="experiments by name or, where none is called so, by id (default: all active ones)",
    )
    parser.add_argument("--filter", default="", metavar="F", help='MLflow\'s search language: "metrics.auc > 0.9"')
    parser.add_argument(
        "--order-by",
        action="append",
        default=[],
        metavar="COLUMN",
        help='"metrics.auc DESC"; may be given several times (default: the newest run first)',
    )
    parser.add_argument("--max", type=_count, metavar="N", help="at most so many runs")
    parser.add_argument("--deleted", action="store_true", help="deleted runs and experiments too, not only active ones")
    parser.add_argument(
        "--histories",
        nargs="+",
        action="extend",
        default=[],
        metavar="METRIC",
        help="the whole histories of these metrics, a row for each point (all: every metric)",
    )
    parser.add_argument(
        "--wide",
        nargs="?",
        choices=("steps", "runs"),
        const="steps",
        help="histories with a row for each step of a run and a column for each metric (steps, also when nothing is "
        "said), or with a column for each run (runs); of several points at one step the last stands",
    )
    parser.add_argument(
        "--safe-csv",
        action="store_true",
        help="put an apostrophe before texts that a spreadsheet would run as formulas (in .csv and .tsv)",
    )
    parser.add_argument("--json", action="store_true", help="say what was written, or the error, as one JSON object")
    parser.add_argument(
        "--format",
        choices=("csv", "tsv", "parquet", "xlsx", "md", "tex"),
        help="instead of the one that FILE's ending names",
    )
    parser.add_argument(
        "--output",
        type=Path,
        required=True,
        metavar="FILE",
        help="ends in .csv, .tsv, .parquet, .xlsx, .md or .tex (LaTeX); replaced if there",
    )
    chosen = parser.parse_args(arguments)
    if chosen.wide and not chosen.histories:
        raise ArgumentsError("--wide is about histories; name metrics with --histories.")
    return chosen


def _profile(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", text):
        raise argparse.ArgumentTypeError(f"{text} is no name of a profile: letters, digits, - and _, at most 40")
    return text


def _count(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is no number of runs from 1 on")
    return number
