"""Load a manifest: text to nodes to the model, every problem with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel, ValidationError

from lensops.errors import Invalid, Location, Problem
from lensops.manifest.model import WRONG_VALUE, Manifest
from lensops.manifest.node import Node, location_of
from lensops.manifest.select import suggestion
from lensops.manifest.strict import type_of
from lensops.manifest.yaml import read_yaml

_PREFIXED = re.compile(r"([a-z_]+(?:\.[a-z_]+)*): (.+)", re.DOTALL)
_TYPES = {"string_type": "text", "int_type": "a whole number", "float_type": "a number"}
_TYPES |= {"bool_type": "true or false", "dict_type": "a mapping", "tuple_type": "a list"}
_TYPES |= {
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "int_from_float": "whole",
    "string_too_short": "text of at least one character",
}


class ManifestFile(NamedTuple):
    """A sound manifest together with the places of what it says."""

    path: str
    data: bytes
    node: Node
    manifest: Manifest

    def location(self, *keys: str | int) -> Location:
        """Where a value stands; the nearest thing around it when it is left out."""
        return location_of(self.node, keys)


def load(data: bytes, path: str) -> ManifestFile:
    """The manifest in `data`. Raises `Invalid` with all its problems."""
    node = read_yaml(data, path)
    manifest, problems = check(node)
    if manifest is None or problems:
        raise Invalid(tuple(problems))
    return ManifestFile(path, data, node, manifest)


def check(node: Node) -> tuple[Manifest | None, list[Problem]]:
    """The model of a manifest's nodes, or None, and every problem in the order of the lines."""
    if node.kind != "mapping":
        return None, [Problem(node.location, "a manifest is a mapping", "begin with `version: 1`")]
    problems: list[Problem] = []
    manifest: Manifest | None = None
    try:
        manifest = Manifest.model_validate(node.plain())
    except ValidationError as error:
        problems += _translate(error, node)
        problems += _skipped_rules(node)
    problems += _target_problems(node)
    problems = list(dict.fromkeys(problems))
    problems.sort(key=lambda p: (p.location.line or 0, p.location.column or 0))
    return manifest, problems


def _translate(error: ValidationError, node: Node) -> list[Problem]:
    """Pydantic's errors as problems; of a union, the arms that were not meant are left out."""
    problems: dict[Problem, tuple[str | int, ...]] = {}
    weak: dict[Problem, tuple[str | int, ...]] = {}  # the type of one arm of a union did not fit
    for detail in error.errors(include_url=False):
        keys = _resolve(node, detail["loc"])
        of_one_arm = detail["type"] in _TYPES and len(keys) < len(detail["loc"])
        (weak if of_one_arm else problems).setdefault(_problem(detail, keys, node), keys)
    for problem, keys in weak.items():
        if not any(other[: len(keys)] == keys for other in problems.values()):
            problems[problem] = keys
    return list(problems)


def _resolve(node: Node, loc: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """The part of a pydantic location that names nodes; names of union arms drop out."""
    keys: list[str | int] = []
    for step in loc:
        if (child := node.get(step)) is not None:
            keys.append(step)
            node = child
    return tuple(keys)


def _problem(detail: Any, keys: tuple[str | int, ...], root: Node) -> Problem:
    loc, kind, value = detail["loc"], detail["type"], detail["input"]
    dotted = ".".join(str(step) for step in keys)
    if kind == "missing":
        return Problem(location_of(root, keys), f"missing key {loc[-1]!r}" + _of(dotted))
    if kind == "extra_forbidden":
        parent = root.get(*keys[:-1]) or root
        key = parent.key(str(loc[-1]))
        hint = key_hint(str(loc[-1]), loc[:-1], Manifest)
        where = key.location if key else location_of(root, keys)
        return Problem(where, f"unknown key {loc[-1]!r}" + _of(".".join(map(str, keys[:-1]))), hint)
    if "[key]" in loc:
        return _key_problem(detail, keys, root)
    if kind in _TYPES:
        raw = _source(root.get(*keys), value)
        hint = f"write it in quotes: '{raw}'" if _is_bare_scalar(kind, value) else None
        message = f"{dotted}: must be {_TYPES[kind]}, not {raw}"
        return Problem(location_of(root, keys), message, hint)
    return _rule_problem(detail, keys, root)


def _key_problem(detail: Any, keys: tuple[str | int, ...], root: Node) -> Problem:
    key = (root.get(*keys[:-1]) or root).key(str(keys[-1])) if keys else None
    message = str(detail["msg"]).removeprefix("Value error, ")
    where = key.location if key else location_of(root, keys)
    return Problem(where, f"the name {detail['input']!r} {message}")


def _skipped_rules(node: Node) -> Iterator[Problem]:
    """The rules between keys that pydantic does not reach when one of the keys has a fault."""
    from lensops.manifest.partial import broken_rules  # needed for a faulty manifest alone

    for loc, message in broken_rules(Manifest, node.plain()):
        detail = {"type": "value_error", "msg": message, "loc": loc, "input": None}
        yield _rule_problem(detail, _resolve(node, loc), node)


def _rule_problem(detail: Any, keys: tuple[str | int, ...], root: Node) -> Problem:
    """A problem whose message comes from pydantic or from a validator of the model."""
    message = str(detail["msg"]).removeprefix("Value error, ")
    if detail["type"] == "value_error" and (match := _PREFIXED.match(message)):
        keys, message = (*keys, *match[1].split(".")), match[2]
    elif message.startswith("Input should be "):
        expected = message.removeprefix("Input should be ")
        message = f"must be {expected}, not {_source(root.get(*keys), detail['input'])}"
    elif detail["type"] == "too_short":
        message = "must hold at least 1 item"
    elif detail["type"] == WRONG_VALUE:
        message += f", not {_source(root.get(*keys), detail['input'])}"
    dotted = ".".join(str(step) for step in keys)
    choices = re.findall(r"'([^']+)'", str(detail.get("ctx", {}).get("expected", "")))
    hint = suggestion(str(detail["input"]), choices) if choices else None
    return Problem(location_of(root, keys), f"{dotted}: {message}" if dotted else message, hint)


def _of(dotted: str) -> str:
    return f" in {dotted}" if dotted else ""


def _choices(keys: list[str]) -> str | None:
    return "known: " + ", ".join(keys) if keys else None


def _is_bare_scalar(kind: str, value: Any) -> bool:
    """Whether a number or a boolean stands where text must, for want of quotes."""
    return kind == "string_type" and isinstance(value, int | float)


def _source(node: Node | None, value: Any) -> str:
    """A value as it is written in the file: `1.10` is not `1.1`."""
    if value is None:
        return "empty"
    if isinstance(value, dict | list | tuple):
        return "a mapping" if isinstance(value, dict) else "a list"
    is_bare = node is not None and node.kind == "scalar" and not isinstance(value, str)
    text = node.raw if node is not None and is_bare else repr(value)
    return text if len(text) < 60 else text[:57] + "…"


def key_hint(key: str, loc: tuple[Any, ...], model: type[BaseModel]) -> str | None:
    """What to do about a key that a model does not have at a location."""
    known = _known_keys(loc, model)
    return suggestion(key, known) or _choices(known)


def _known_keys(loc: tuple[Any, ...], model: type[BaseModel]) -> list[str]:
    """The keys that the model has at a location, those of all arms of a union."""
    models: list[Any] = [model]
    for step in loc:
        fields = [type_of(m.model_fields[step]) for m in models if step in m.model_fields]
        if fields:
            models = [arm for field in fields for arm in _models(field)]
    return sorted({f.alias or name for m in models for name, f in m.model_fields.items()})


def _models(kind: Any) -> list[Any]:
    """The pydantic models in a type such as `dict[str, Suite]` or `Between | Last | None`."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [kind]
    return [inner for arg in get_args(kind) for inner in _models(arg)]


def _target_problems(node: Node) -> list[Problem]:
    """`after:` names another target, without going round in a circle."""
    targets = node.get("targets")
    if targets is None or targets.kind != "mapping":
        return []
    leads = {k.value: v.get("after") for k, v in targets.value if v.kind == "mapping"}
    follows = {name: n.value for name, n in leads.items() if n is not None and n.kind == "scalar"}
    problems = []
    for name, value in follows.items():
        if (location := leads[name]) is None:
            continue
        if value not in leads:
            message = f"targets.{name}.after: there is no target {value!r}"
            problems.append(Problem(location.location, message, suggestion(str(value), leads)))
        elif _circular(name, follows):
            message = f"targets.{name}.after: the target follows itself"
            problems.append(
                Problem(location.location, message, "remove one `after:` of the circle")
            )
    return problems


def _circular(name: str, follows: dict[str, Any]) -> bool:
    visited, target = set(), follows.get(name)
    while target in follows and target not in visited and target != name:
        visited.add(target)
        target = follows[target]
    return target == name


class Validation(NamedTuple):
    """`problems` make a manifest unsound, `notes` do not; the counts say what was read."""

    manifest: str
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...] = ()
    prompts: int = 0
    versions: int = 0
