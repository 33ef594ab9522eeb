"""Sweeps as dictionaries: written as TOML, so that problems have places and the folder keeps a sweep file."""

from __future__ import annotations

import json
import math
import re
from typing import Any, Iterator, Mapping

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def to_toml(sweep: Mapping[str, Any]) -> str:
    """The text of a sweep file: what is no table first, then a table each."""
    tables = {key: value for key, value in sweep.items() if isinstance(value, Mapping)}
    lines = [f"{_key(key)} = {_value(value, key)}" for key, value in sweep.items() if key not in tables]
    for key, table in tables.items():
        lines += ["", f"[{_key(key)}]"]
        lines += [f"{_key(name)} = {_value(value, f'{key}.{name}')}" for name, value in table.items()]
    return "\n".join(lines) + "\n"


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError(f"{key!r} is no key of a sweep: keys are texts")
    return key if _BARE.fullmatch(key) else _text(key)


def _text(text: str) -> str:
    # What JSON escapes TOML reads alike, but for a character that only TOML forbids.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: Any, where: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, float):
        return _number(float(value))
    if isinstance(value, Mapping):
        entries = (f"{_key(key)} = {_value(item, f'{where}.{key}')}" for key, item in value.items())
        return "{ " + ", ".join(entries) + " }" if value else "{}"
    if isinstance(value, (list, tuple, range)):
        return "[" + ", ".join(_items(value, where)) + "]"
    # Arrays and numbers of numpy, without asking for numpy.
    if hasattr(value, "tolist"):
        return _value(value.tolist(), where)
    if hasattr(value, "__fspath__"):
        return _text(value.__fspath__())
    raise TypeError(f"{where}: a sweep holds numbers, texts, lists and tables, not {type(value).__name__}")


def _items(values: Any, where: str) -> Iterator[str]:
    for place, item in enumerate(values):
        yield _value(item, f"{where}[{place}]")


def _number(number: float) -> str:
    if math.isnan(number):
        return "nan"
    if math.isinf(number):
        return "inf" if number > 0 else "-inf"
    text = repr(number)
    # TOML wants a point or an exponent: Python writes one of them too.
    return text
