"""An export of Langfuse: versions of prompts with labels, and items of data sets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lensops.errors import Location, UserError
from lensops.interchange.bundle import Bundle
from lensops.interchange.prompt_file import ROLES, model_id, prompt_file
from lensops.interchange.promptfoo import PARAMETERS
from lensops.interchange.promptfoo_tests import CHOSEN, GUESS
from lensops.interchange.source import Source
from lensops.interchange.templates import slug, translate_text, unique
from lensops.manifest import Node
from lensops.prompts.tags import parse_handlebars

LABEL = "production"


def accepts(node: Node) -> bool:
    """Whether a document holds versions of prompts."""
    return any(_is_version(item) for item in _objects(node))


def convert(source: Source, node: Node, name: str | None = None) -> Bundle:
    """Versions become files, the label `production` becomes `active`."""
    bundle = Bundle()
    versions = sorted(
        (item for item in _objects(node) if _is_version(item)),
        key=lambda item: (str(_value(item, "name")), int(_value(item, "version"))),
    )
    names = {str(_value(item, "name")) for item in versions}
    if name is not None and len(names) > 1:
        hint = "leave --name away: each keeps its name"
        raise UserError(f"{source.path} has {len(names)} prompts", hint)
    for item in versions:
        original = str(_value(item, "name"))
        _write_version(bundle, item, name or slug(original))
    _write_cases(bundle, node, {original: name or slug(original) for original in names})
    return bundle


def _objects(node: Node) -> Iterator[Node]:
    """The objects of all lists of the document, such as `data` of an answer of the API."""
    if node.kind == "mapping":
        yield node
        for _, value in node.value:
            if value.kind == "sequence" or value.get("data") is not None:
                yield from _objects(value)
    elif node.kind == "sequence":
        for item in node.value:
            yield from _objects(item)


def _is_version(item: Node) -> bool:
    prompt, version = item.get("prompt"), item.get("version")
    return (
        item.get("name") is not None
        and prompt is not None
        and version is not None
        and isinstance(version.value, int)
    )


def _value(item: Node, key: str) -> Any:
    node = item.get(key)
    return None if node is None else node.plain()


def _write_version(bundle: Bundle, item: Node, prompt: str) -> None:
    version = f"v{_value(item, 'version')}"
    title = f"{_value(item, 'name')} {version}"
    messages = _messages(item)
    if isinstance(messages, str):
        bundle.refuse("prompt", title, item.location, messages)
        return
    model, parameters = _settings(bundle, item, title)
    ending, data = prompt_file(messages, model, parameters)
    path = f"prompts/{prompt}/{version}{ending}"
    bundle.files[path] = data
    bundle.take("prompt", title, item.location, path)
    labels = _value(item, "labels") or []
    if LABEL in labels or prompt not in bundle.prompts:
        bundle.prompts[prompt] = {"active": version}
    labels_left = [label for label in labels if label not in {LABEL, "latest"}]
    if labels_left:
        reason = f"a label becomes a target of the manifest: {', '.join(labels_left)}"
        bundle.refuse("label", title, item.location, reason)


def _messages(item: Node) -> list[tuple[str, str]] | str:
    prompt = _value(item, "prompt")
    if isinstance(prompt, str):
        prompt = [{"role": "user", "content": prompt}]
    if not isinstance(prompt, list) or not prompt:
        return "it is neither a text nor a list of messages"
    pairs: list[tuple[str, str]] = []
    for message in prompt:
        if not isinstance(message, dict) or message.get("type") == "placeholder":
            return "a placeholder for messages: the application has to send them"
        role, content = message.get("role"), message.get("content")
        if role not in ROLES or not isinstance(content, str):
            return f"the role {role!r} with such a content is not known"
        text, fault = translate_text(content, parse_handlebars)
        if fault:
            return fault[1]
        pairs.append((role, text))
    return pairs


def _settings(bundle: Bundle, item: Node, title: str) -> tuple[str | None, dict[str, Any]]:
    config = item.get("config")
    values = config.plain() if config is not None and config.kind == "mapping" else {}
    model = model_id(str(values["model"])) if "model" in values else None
    if "model" in values and model is None:
        reason = f"the provider of {values['model']!r} is not named: write provider:model"
        bundle.refuse("model", title, item.location, reason)
    parameters = {key: values[key] for key in PARAMETERS if key in values}
    for key in sorted(values.keys() - parameters.keys() - {"model"}):
        bundle.refuse("model", f"{title} {key}", item.location, "no such parameter is sent")
    return model, parameters


def _write_cases(bundle: Bundle, node: Node, prompts: dict[str, str]) -> None:
    """Items of data sets: those of one with a prompt's name, or of the only prompt."""
    cases: dict[str, dict[str, dict[str, Any]]] = {}
    for item in _objects(node):
        inputs = _value(item, "input")
        if not isinstance(inputs, dict) or _is_version(item):
            continue
        dataset = str(_value(item, "datasetName") or "")
        prompt = prompts.get(dataset) or (next(iter(prompts.values())) if len(prompts) == 1 else "")
        title = str(_value(item, "id") or "item")
        if prompt not in bundle.prompts:
            reason = f"no prompt is named like its data set {dataset!r}"
            bundle.refuse("case", title, item.location, reason)
            continue
        rows = cases.setdefault(prompt, {})
        expected = _value(item, "expectedOutput")
        identity = unique(title, rows)
        text = expected.get("output") if isinstance(expected, dict) else expected
        reference = {"reference": text} if isinstance(text, str) else {}
        rows[identity] = {"id": identity, "inputs": inputs, **reference}
        bundle.take("case", title, item.location, f"evals/{prompt}/cases.jsonl")
    for prompt, rows in cases.items():
        _write_eval(bundle, prompt, list(rows.values()), node.location)


def _write_eval(
    bundle: Bundle, prompt: str, rows: list[dict[str, Any]], location: Location
) -> None:
    compared = all("reference" in row for row in rows)
    weights = {"bleu": 0.5, "rouge_l": 0.5} if compared else {"checks": 1.0}
    chosen = 0.3 if compared else CHOSEN
    bundle.take("threshold", str(chosen), location, GUESS)
    bundle.evals[prompt] = {
        "cases": bundle.add_cases(prompt, rows),
        "weights": weights,
        "threshold": chosen,
    }
