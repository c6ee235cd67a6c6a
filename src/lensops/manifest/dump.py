"""Values as YAML text: block style, texts of several lines as they are."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import LiteralScalarString


def dump_yaml(value: Any) -> str:
    """YAML in block style; texts of several lines as they are, where YAML can hold them so."""
    yaml = YAML()
    yaml.width = 1_000_000
    yaml.allow_unicode = True
    stream = io.StringIO()
    yaml.dump(_with_blocks(value), stream)
    return stream.getvalue()


def _with_blocks(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _with_blocks(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_with_blocks(item) for item in value]
    if isinstance(value, str) and _fits_block(value):
        return LiteralScalarString(value)
    return value


def _fits_block(text: str) -> bool:
    lines = text.splitlines()
    plain = all(char == "\n" or char.isprintable() for char in text)
    spaces = any(line != line.rstrip() for line in lines) or text.startswith((" ", "\n"))
    return "\n" in text and plain and not spaces and not text.endswith("\n\n")
