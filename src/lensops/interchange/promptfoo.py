"""A configuration of promptfoo: prompts and variants, tests as cases, assertions as checks."""

from __future__ import annotations

from typing import Any

from lensops.errors import UserError
from lensops.interchange.bundle import Bundle
from lensops.interchange.prompt_file import SECTIONS, model_id, prompt_file
from lensops.interchange.promptfoo_prompts import Variant, variants
from lensops.interchange.promptfoo_tests import Suite
from lensops.interchange.source import Source
from lensops.interchange.templates import name_unread, shorten, slug
from lensops.manifest import Node

_READ: tuple[str, ...] = (
    "description",
    "prompts",
    "providers",
    "targets",
    "tests",
    "defaultTest",
    "metadata",
)
_READ += ("tags", "$schema", "evaluateOptions")
_OWN_RUN = "it is for a run of promptfoo"
PARAMETERS = (
    *("temperature", "max_tokens", "max_completion_tokens", "top_p", "seed", "stop", "tool_choice"),
    *SECTIONS,
    *("presence_penalty", "frequency_penalty", "reasoning_effort", "top_k", "verbosity"),
)


def accepts(node: Node) -> bool:
    """Whether a document is such a configuration."""
    beside = ("tests", "providers", "targets", "defaultTest")
    return node.key("prompts") is not None and any(node.get(key) is not None for key in beside)


def convert(source: Source, node: Node, name: str | None = None) -> Bundle:
    """Prompts become versions of one prompt, because promptfoo compares them on the same tests."""
    bundle = Bundle()
    described = node.get("description")
    title = str(described.value) if described is not None else source.stem
    prompt = name or slug(shorten(title, 40))
    name_unread(bundle, node, _READ, "setting", _OWN_RUN)
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
    providers = node.get("providers") or node.get("targets")
    items: tuple[Node, ...] = () if providers is None else (providers,)
    if providers is not None and providers.kind == "sequence":
        items = providers.value
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
        if item.kind == "mapping":
            name_unread(bundle, item, ("id", "config", "label"), "model", _OWN_RUN)
        settings = config.plain() if config is not None and config.kind == "mapping" else {}
        parameters = {key: settings[key] for key in PARAMETERS if key in settings}
        for key in settings.keys() - parameters.keys():
            place = config.key(key) if config is not None else None
            where = place.location if place is not None else item.location
            bundle.refuse("model", key, where, "no such parameter is sent")
    return model, parameters


def _first_reason(bundle: Bundle) -> str | None:
    """Why a prompt could not come over."""
    reasons = (f"{row.location}: {row.reason}" for row in bundle.rows if row.what == "prompt")
    return next(reasons, "`prompts:` is empty")
