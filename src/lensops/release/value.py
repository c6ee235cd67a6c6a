"""A release: the set of active versions with thresholds and bands that a target serves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from lensops.manifest import Manifest
from lensops.prompts import Prompt, digest

SCHEMA = "lensops/release/v1"


@dataclass(frozen=True)
class Release:
    """What is served. `bands` is keyed `<monitor>.<limit>`, such as `propensity.critical`.

    The bands that a feature has of its own are keyed `<monitor>/<feature>.<limit>`.
    """

    project: str
    prompts: Mapping[str, Prompt] = field(default_factory=dict)
    thresholds: Mapping[str, float] = field(default_factory=dict)
    bands: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        """Over project, versions with their digests, thresholds and bands."""
        return digest("release", self.summary())

    def summary(self) -> dict[str, Any]:
        """What the digest covers, as JSON values."""
        return {
            "project": self.project,
            "prompts": {
                name: {"version": prompt.version, "digest": prompt.digest}
                for name, prompt in self.prompts.items()
            },
            "thresholds": dict(self.thresholds),
            "bands": dict(self.bands),
        }

    def body(self) -> dict[str, Any]:
        """The whole release as JSON values: what a target keeps as an object."""
        prompts = {
            name: {
                "version": prompt.version,
                "digest": prompt.digest,
                "variables": list(prompt.variables),
                **prompt.content(),
            }
            for name, prompt in self.prompts.items()
        }
        return {**self.summary(), "prompts": prompts, "digest": self.digest, "schema": SCHEMA}


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
    return Release(manifest.project, dict(active), thresholds, bands)
