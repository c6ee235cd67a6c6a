"""A small project to test on: one prompt in two versions, two targets."""

from __future__ import annotations

MANIFEST = """\
version: 1
project: loyalty-offers

prompts:
  offer_copy:
    active: v1 # what a pull request changes

targets:
  staging: {directory: live/staging}
  production: {directory: live/production, after: staging}
"""

V1 = """\
system: You write warm offer copy.
user: |
  Write an offer for {{ segment }} with {{ points }} points.
model: openai:gpt-6-luna
"""

V2 = """\
system: You write punchy offer copy.
user: |
  Write a short offer for {{ segment }} with {{ points }} points.
model: openai:gpt-6-luna
"""


def files(active: str = "v1") -> dict[str, str]:
    """The project's files, with one version active."""
    return {
        "lensops.yaml": MANIFEST.replace("active: v1", f"active: {active}"),
        "prompts/offer_copy/v1.yaml": V1,
        "prompts/offer_copy/v2.yaml": V2,
        ".gitignore": "live/\n",
    }


def manifest(active: str) -> dict[str, str]:
    """The manifest alone, with one version active."""
    return {"lensops.yaml": files(active)["lensops.yaml"]}
