"""A model's MLmodel file as facts, flavors, signature, example and requirements; nothing of the model is loaded."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

from bakehouse.artifacts.listing import size_text
from bakehouse.artifacts.preview_kinds import ModelCard, TextPreview
from bakehouse.artifacts.tables import TablePreview
from bakehouse.domain.text import visible

CARD_LIMIT = 200_000
_MOST_ROWS = 500
_FACTS = (
    ("MLflow", "mlflow_version"),
    ("Created, UTC", "utc_time_created"),
    ("Run", "run_id"),
    ("Model id", "model_id"),
    ("Logged as", "artifact_path"),
)
_NOTHING = frozenset({"", "null", "~", "None"})

SignatureRow = tuple[str, str, str, str]
ReadText = Callable[[str], str | None]
"""The beginning of the file of this name beside the MLmodel file; None when it is not there or no text."""
ReadExample = Callable[[str], TablePreview | TextPreview | None]


def model_card(text: str, source: TextPreview, read: ReadText, example: ReadExample) -> ModelCard | None:
    """The card of an MLmodel text; None when it is no such file."""
    content = _mapping(_parsed(text))
    flavors = _mapping(content.get("flavors"))
    if not flavors:
        return None
    missing = []
    example_name = _word(_mapping(content.get("saved_input_example_info")).get("artifact_path"))
    shown = example(example_name) if example_name else None
    if example_name and shown is None:
        missing.append(f"The input example {visible(example_name, 100)} is not there or cannot be shown.")
    return ModelCard(
        facts=tuple(_facts(content, flavors, read)),
        flavors=tuple((visible(name, 100), _flavor(_mapping(about))) for name, about in flavors.items()),
        signature=tuple(_signature(_mapping(content.get("signature")))),
        source=source,
        example=shown,
        example_name=visible(example_name, 200),
        requirements=tuple(_requirements(read)),
        missing=tuple(missing),
        loader=visible(_word(_mapping(flavors.get("python_function")).get("loader_module")), 200),
    )


def _parsed(text: str) -> object:
    """The YAML with every value as text: no constructor runs, and no reference is multiplied."""
    import yaml

    try:
        parsed: object = yaml.load(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    except (yaml.YAMLError, RecursionError, ValueError):
        return None
    return parsed


def _mapping(value: object) -> dict[str, object]:
    return {str(key): item for key, item in value.items()} if isinstance(value, dict) else {}


def _word(value: object) -> str:
    return value if isinstance(value, str) and value not in _NOTHING else ""


def _facts(content: dict[str, object], flavors: dict[str, object], read: ReadText) -> Iterator[tuple[str, str]]:
    python = _word(_mapping(flavors.get("python_function")).get("python_version"))
    if not python:
        python = _word(_mapping(_parsed(read("python_env.yaml") or "")).get("python"))
    if python:
        yield "Python", visible(python, 100)
    for label, key in _FACTS:
        value = _word(content.get(key))
        if key == "utc_time_created":
            value = value.partition(".")[0]
        if value:
            yield label, visible(value, 500)
    size = _word(content.get("model_size_bytes"))
    if size.isdecimal() and len(size) < 20:
        yield "Stated size", size_text(int(size)) + (f" ({int(size):,} bytes)" if int(size) >= 1000 else "")


def _flavor(about: dict[str, object]) -> str:
    """The versions first, then what tells where the model lies and how it is loaded."""
    words = {key: _word(value) for key, value in about.items() if _word(value)}
    versions = [f"{key.removesuffix('_version')} {words[key]}" for key in words if key.endswith("_version")]
    rest = [
        f"{label} {words[key]}"
        for key, label in (
            ("loader_module", "loaded by"),
            ("pickled_model", "in"),
            ("model_path", "in"),
            ("data", "in"),
            ("serialization_format", "as"),
        )
        if key in words
    ]
    return visible(", ".join(dict.fromkeys(versions + rest)), 400)


def _signature(signature: dict[str, object]) -> Iterator[SignatureRow]:
    left = _MOST_ROWS
    for part in ("inputs", "outputs", "params"):
        text = _word(signature.get(part))
        if not text:
            continue
        try:
            columns = json.loads(text)
        except (ValueError, RecursionError):
            yield part, "", visible(text, 300), ""
            continue
        for column in columns if isinstance(columns, list) else [columns]:
            if not left:
                return
            left -= 1
            yield (part, *_column(column))


def _column(column: object) -> tuple[str, str, str]:
    about = _mapping(column)
    name = visible(str(about.get("name", "")), 200)
    tensor = _mapping(about.get("tensor-spec"))
    if tensor:
        shape = tensor.get("shape")
        sides = " × ".join("any" if side == -1 else str(side) for side in shape) if isinstance(shape, list) else ""
        return name, visible(f"tensor of {tensor.get('dtype', '?')}", 100), visible(sides, 200)
    detail = "optional" if about.get("required") is False else ""
    if "default" in about:
        detail = visible(f"default {json.dumps(about['default'])}", 200)
    return name, visible(_type(about, 0), 300), detail


def _type(about: dict[str, object], depth: int) -> str:
    """`string`, `list of double`, `{a: long, b: string}`."""
    kind = about.get("type", about.get("dtype", "?"))
    if depth > 6:
        return "…"
    if kind == "array":
        return f"list of {_type(_mapping(about.get('items')), depth + 1)}"
    if kind == "map":
        return f"map of {_type(_mapping(about.get('values')), depth + 1)}"
    if kind == "object":
        members = _mapping(about.get("properties"))
        shown = [f"{name}: {_type(_mapping(member), depth + 1)}" for name, member in list(members.items())[:20]]
        return "{" + ", ".join(shown) + (", …" if len(members) > 20 else "") + "}"
    return str(kind)


def _requirements(read: ReadText) -> Iterator[str]:
    lines = (read("requirements.txt") or "").splitlines()
    wanted = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    yield from (visible(line, 300) for line in wanted[:_MOST_ROWS])


def beside(path: Path, name: str) -> Path | None:
    """The file `name` in the folder of `path`; None when the name leads elsewhere."""
    if not name or name in (".", "..") or "/" in name or "\\" in name or "\0" in name:
        return None
    return path.with_name(name)
