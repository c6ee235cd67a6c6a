"""A configuration of promptfoo: prompts and variants, tests as cases, assertions as checks."""

from __future__ import annotations

from typing import Any

from lensops.errors import UserError
from lensops.interchange.bundle import Bundle
from lensops.interchange.prompt_file import model_id, prompt_file
from lensops.interchange.promptfoo_prompts import Variant, variants
from lensops.interchange.promptfoo_tests import Suite
from lensops.interchange.source import Source
from lensops.interchange.templates import shorten, slug
from lensops.manifest import Node

PARAMETERS = ("temperature", "max_tokens", "top_p", "seed", "stop")


def accepts(node: Node) -> bool:
    """Whether a document is such a configuration."""
    return node.get("prompts") is not None and (
        node.get("tests") is not None or node.get("providers") is not None
    )


def convert(source: Source, node: Node, name: str | None = None) -> Bundle:
    """Prompts become versions of one prompt, because promptfoo compares them on the same tests."""
    bundle = Bundle()
    described = node.get("description")
    title = str(described.value) if described is not None else source.stem
    prompt = name or slug(shorten(title, 40))
    model, parameters = _provider(node, bundle)
    readable = list(variants(source, node, bundle))
    if not readable:
        raise UserError(
            f"{source.path} has no prompt that could be imported", _first_reason(bundle)
        )
    for number, variant in enumerate(readable, 1):
        _write_version(bundle, prompt, f"v{number}", variant, model, parameters)
    bundle.prompts[prompt] = {"active": "v1"}
    if node.get("tests") is not None:
        Suite(source, bundle, prompt).convert(node, model)
    return bundle


def _write_version(
    bundle: Bundle,
    prompt: str,
    version: str,
    variant: Variant,
    model: str | None,
    parameters: dict[str, Any],
) -> None:
    ending, data = prompt_file(variant.messages, model, parameters)
    path = f"prompts/{prompt}/{version}{ending}"
    bundle.files[path] = data
    bundle.take("prompt", variant.label, variant.location, path)


def _provider(node: Node, bundle: Bundle) -> tuple[str | None, dict[str, Any]]:
    """The first provider's model and parameters; the others are named."""
    providers = node.get("providers")
    items = providers.value if providers is not None and providers.kind == "sequence" else ()
    model, parameters = None, {}
    for index, item in enumerate(items):
        identity = item if item.kind == "scalar" else item.get("id")
        label = str(identity.value) if identity is not None else "provider"
        if index > 0:
            bundle.refuse("model", label, item.location, "a version of a prompt has one model")
            continue
        model = model_id(label)
        if model is None or label.startswith(("file:", "exec:", "python:", "http")):
            bundle.refuse("model", label, item.location, "it is not provider:model")
            model = None
            continue
        bundle.take("model", label, item.location, model)
        config = item.get("config") if item.kind == "mapping" else None
        settings = config.plain() if config is not None and config.kind == "mapping" else {}
        parameters = {key: settings[key] for key in PARAMETERS if key in settings}
        for key in settings.keys() - parameters.keys():
            place = config.key(key) if config is not None else None
            where = place.location if place is not None else item.location
            bundle.refuse("model", key, where, "no such parameter is sent")
    return model, parameters


def _first_reason(bundle: Bundle) -> str | None:
    return next((f"{row.location}: {row.reason}" for row in bundle.rows if row.reason), None)
