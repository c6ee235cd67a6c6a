"""A release: the set of active versions with thresholds and bands that a target serves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from lensops.manifest import Manifest
from lensops.prompts import Interface, Prompt, Variable, digest, untyped_interface

SCHEMA = "lensops/release/v1"


@dataclass(frozen=True)
class Release:
    """What is served. `bands` is keyed `<monitor>.<limit>`, such as `propensity.critical`.

    The bands that a feature has of its own are keyed `<monitor>/<feature>.<limit>`. `interfaces`
    are those that the manifest declares, `fragments` the versions that prompts were expanded with.
    `written` is the body of a release that lensops 0.1
    wrote, whose digests cover other keys.
    """

    project: str
    prompts: Mapping[str, Prompt] = field(default_factory=dict)
    thresholds: Mapping[str, float] = field(default_factory=dict)
    bands: Mapping[str, float] = field(default_factory=dict)
    interfaces: Mapping[str, Interface] = field(default_factory=dict)
    fragments: Mapping[str, str] = field(default_factory=dict)
    written: Mapping[str, Any] | None = field(default=None, compare=False, repr=False)

    @cached_property
    def digest(self) -> str:
        """Over project, versions with their digests and interfaces, thresholds and bands."""
        return self.written["digest"] if self.written else digest("release", self.summary())

    def interface(self, name: str) -> Interface:
        """What an application passes to a prompt: what is declared, or else what it uses."""
        return self.interfaces.get(name) or untyped_interface(self.prompts[name].variables)

    def prompt_digest(self, name: str) -> str:
        """The digest of a prompt as records of this release have it."""
        if self.written:
            return str(self.written["prompts"][name]["digest"])
        return self.prompts[name].digest

    def summary(self) -> dict[str, Any]:
        """What the digest covers, as JSON values."""
        return {
            "project": self.project,
            "prompts": {
                name: {
                    "version": prompt.version,
                    "digest": prompt.digest,
                    "interface": self.interface(name).digest,
                }
                for name, prompt in self.prompts.items()
            },
            "thresholds": dict(self.thresholds),
            "bands": dict(self.bands),
        }

    def body(self) -> dict[str, Any]:
        """The whole release as JSON values: what a target keeps as an object."""
        if self.written:
            return dict(self.written)
        prompts = {
            name: {
                "version": prompt.version,
                "digest": prompt.digest,
                "variables": self.interface(name).content(),
                **prompt.content(),
            }
            for name, prompt in self.prompts.items()
        }
        body = {**self.summary(), "prompts": prompts, "digest": self.digest, "schema": SCHEMA}
        return {**body, "fragments": dict(self.fragments)} if self.fragments else body


def desired_release(manifest: Manifest, active: Mapping[str, Prompt]) -> Release:
    """The release that a manifest asks for, given its active versions."""
    bands: dict[str, float] = {}
    for name, monitor in manifest.drift.items():
        bands |= {
            f"{name}.warning": monitor.bands.warning,
            f"{name}.critical": monitor.bands.critical,
        }
        for feature, settings in monitor.features.items():
            if limits := settings.bands:
                bands[f"{name}/{feature}.warning"] = limits.warning
                bands[f"{name}/{feature}.critical"] = limits.critical
    thresholds = {name: suite.threshold for name, suite in manifest.evals.items()}
    interfaces = {
        name: interface
        for name, prompt in active.items()
        if (interface := declared_interface(manifest, name, prompt)) is not None
    }
    used = {name for prompt in active.values() for name in prompt.expanded}
    fragments = {name: manifest.fragments[name].active for name in sorted(used)}
    return Release(manifest.project, dict(active), thresholds, bands, interfaces, fragments)


def declared_interface(manifest: Manifest, name: str, prompt: Prompt) -> Interface | None:
    """The variables that the manifest declares, else those that the file does; None without both.

    What the manifest leaves open, a type or an example, is that of the file.
    """
    declared, inputs = manifest.prompts[name].interface, prompt.inputs
    if declared is None:
        used = {name: inputs.get(name, Variable()) for name in prompt.variables}
        return Interface(used) if any(used[name].content() for name in used) else None
    variables = {}
    for name, entry in declared.items():
        own = inputs.get(name, Variable())
        example = own.example if entry.example is None else entry.example
        variables[name] = Variable(entry.type or own.type, example)
    return Interface(variables)
