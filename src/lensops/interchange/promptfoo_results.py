"""Results of promptfoo: the configuration inside, and the outputs as recordings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from lensops.interchange import promptfoo
from lensops.interchange.bundle import Bundle
from lensops.interchange.source import Source
from lensops.manifest import Node


def accepts(node: Node) -> bool:
    """Whether a document is the output of an evaluation."""
    return _rows(node) is not None and node.get("config") is not None


def convert(source: Source, node: Node, name: str | None = None) -> Bundle:
    """As the configuration that they hold, with the outputs of its first provider."""
    config = node.get("config")
    bundle = promptfoo.convert(source, config if config is not None else node, name)
    (prompt,) = bundle.prompts
    cases = _cases(bundle, prompt)
    rows = _rows(node)
    templates: list[str] = []
    providers: list[str] = []
    for item in rows.value if rows is not None else ():
        body = item.plain()
        provider = _identity(body.get("provider"))
        providers += [] if provider in providers else [provider]
        title = f"test {body.get('testIdx')} of prompt {body.get('promptIdx')}"
        if provider != providers[0]:
            bundle.refuse("output", title, item.location, f"it is of another provider: {provider}")
            continue
        index = int(body.get("testIdx", -1))
        output = (body.get("response") or {}).get("output")
        template = _template(node, body)
        templates += [] if template in templates else [template]
        version = f"v{templates.index(template) + 1}"
        has_file = any(path.startswith(f"prompts/{prompt}/{version}.") for path in bundle.files)
        if not isinstance(output, str | dict | list) or not has_file or not 0 <= index < len(cases):
            bundle.refuse("output", title, item.location, "it has no output, or no case here")
            continue
        outputs = bundle.outputs.setdefault(prompt, {}).setdefault(version, {})
        outputs[cases[index]] = output
        bundle.take("output", title, item.location, f"recording of {version}, {cases[index]}")
    return bundle


def _rows(node: Node) -> Node | None:
    """`results.results`, or `results` in older files."""
    results = node.get("results")
    inner = results.get("results") if results is not None else None
    rows = inner if inner is not None else results
    return rows if rows is not None and rows.kind == "sequence" else None


def _cases(bundle: Bundle, prompt: str) -> list[str]:
    data = bundle.files.get(f"evals/{prompt}/cases.jsonl", b"")
    return [json.loads(line)["id"] for line in data.splitlines()]


def _template(node: Node, body: Mapping[str, Any]) -> str:
    """The prompt of a row before its variables were filled in."""
    prompts = node.get("results", "prompts")
    index = body.get("promptIdx")
    if prompts is not None and isinstance(index, int) and prompts.get(index) is not None:
        raw = prompts.get(index, "raw")
        return str(raw.value) if raw is not None else str(index)
    prompt = body.get("prompt")
    return str(prompt.get("label")) if isinstance(prompt, dict) else str(index)


def _identity(provider: Any) -> str:
    return str(provider.get("id")) if isinstance(provider, dict) else str(provider)
