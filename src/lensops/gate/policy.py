"""The declared policy of a manifest as leaves: every setting that the gate decides by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lensops.manifest import Manifest

Keys = tuple[str, ...]
Leaves = Mapping[Keys, Any]
OTHER_KEYS = frozenset(
    ("version", "project", "prompts", "fragments")
)  # what is judged; the rest is policy
ENTRIES = (  # what is added or removed as a whole, the shortest pattern first
    ("evals", "*"),
    ("drift", "*"),
    ("targets", "*"),
    ("evals", "*", "judge"),
    ("drift", "*", "features", "*"),
)
WHOLE = (  # mappings that mean something only as a whole
    ("evals", "*", "weights"),
    ("evals", "*", "judge", "rubric"),
    ("evals", "*", "checks"),
    ("drift", "*", "baseline"),
    ("drift", "*", "current"),
    ("drift", "*", "where"),
)


@dataclass(frozen=True, slots=True)
class Change:
    """A leaf or a whole entry that differs; `None` where a side has none."""

    keys: Keys
    base: Any
    head: Any

    @property
    def is_added(self) -> bool:
        return self.base is None

    @property
    def is_removed(self) -> bool:
        return self.head is None


def policy_changes(base: Manifest, head: Manifest) -> Iterator[Change]:
    """Every difference of the declared policy; an added or removed entry is one difference."""
    older, newer = declared_policy(base), declared_policy(head)
    if older["rules"]["unevaluated"] != newer["rules"]["unevaluated"]:
        older["rules"]["unevaluated"] = base.unevaluated_rule
        newer["rules"]["unevaluated"] = head.unevaluated_rule
    _share_band_keys(older, newer)
    old, new = dict(_leaves(older)), dict(_leaves(newer))
    entries: dict[Keys, Change] = {}
    for keys in sorted(old.keys() | new.keys()):
        if old.get(keys) == new.get(keys):
            continue
        entry = _whole_entry(keys, old, new)
        if entry is None:
            yield Change(keys, old.get(keys), new.get(keys))
        else:
            entries.setdefault(entry.keys, entry)
    yield from entries.values()


def declared_policy(manifest: Manifest) -> dict[str, Any]:
    """The sections of the policy as JSON values, defaults filled in as they take effect."""
    values = manifest.model_dump(mode="json", by_alias=True)
    policy = {name: value for name, value in values.items() if name not in OTHER_KEYS}
    for name, suite in policy["evals"].items():
        suite["prompt"] = manifest.prompt_of(name)
        suite["recordings"] = manifest.recordings_folder(name)
        if suite["weights"].get("checks"):  # then they are a part of every score, not limits
            suite["checks"] = {"scored": suite["checks"]}
    for target in policy["targets"].values():
        if isinstance(target["require_gate"], dict):  # evidence is required, and signed
            target |= {**target["require_gate"], "require_gate": True}
    return policy


def matches(pattern: Keys, keys: Keys) -> bool:
    """Whether keys are those of a pattern, whose `*` stands for any one key."""
    return len(pattern) == len(keys) and all(
        step in ("*", key) for step, key in zip(pattern, keys, strict=True)
    )


def _leaves(value: Any, keys: Keys = ()) -> Iterator[tuple[Keys, Any]]:
    """The settings below `value`; none for what is empty or left out."""
    if value is None or value in ({}, []):
        return
    if isinstance(value, dict) and not any(matches(pattern, keys) for pattern in WHOLE):
        for key, child in value.items():
            yield from _leaves(child, (*keys, str(key)))
    else:
        yield keys, value


def _whole_entry(keys: Keys, base: Leaves, head: Leaves) -> Change | None:
    """The entry around a leaf that only one side has."""
    for pattern in ENTRIES:
        entry = keys[: len(pattern)]
        if matches(pattern, entry):
            in_base, in_head = _has(base, entry), _has(head, entry)
            if not (in_base and in_head):
                return Change(entry, in_base or None, in_head or None)
    return None


def _has(leaves: Leaves, entry: Keys) -> bool:
    return any(keys[: len(entry)] == entry for keys in leaves)


def _share_band_keys(base: dict[str, Any], head: dict[str, Any]) -> None:
    """Give a feature the bands of its monitor where the other side declares bands of its own."""
    for name in base["drift"].keys() & head["drift"].keys():
        monitors = base["drift"][name], head["drift"][name]
        features = [monitor["features"] for monitor in monitors]
        for feature in features[0].keys() & features[1].keys():
            if any(side[feature]["bands"] for side in features):
                for monitor in monitors:
                    declared = monitor["features"][feature]
                    declared["bands"] = declared["bands"] or monitor["bands"]
