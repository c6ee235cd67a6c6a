"""JSON Schema of the manifest, in the draft that editors read."""

from __future__ import annotations

import json
from typing import Any

from lensops.manifest.model import Manifest


def schema() -> dict[str, Any]:
    """JSON Schema (draft 7) of the model; `definitions` for editors that know no `$defs`."""
    generated = Manifest.model_json_schema(by_alias=True)
    text = json.dumps(generated).replace("#/$defs/", "#/definitions/")
    moved: dict[str, Any] = json.loads(text)
    moved["definitions"] = moved.pop("$defs")
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "lensops manifest",
        **{key: _draft7(value) for key, value in moved.items() if key != "title"},
    }


def schema_text() -> str:
    """The schema as the text of a file."""
    return json.dumps(schema(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _draft7(value: Any) -> Any:
    """`prefixItems` (2020-12) as the array form of `items`."""
    if isinstance(value, list):
        return [_draft7(item) for item in value]
    if not isinstance(value, dict):
        return value
    converted = {key: _draft7(item) for key, item in value.items()}
    if "prefixItems" in converted:
        converted["items"] = converted.pop("prefixItems")
    return converted
