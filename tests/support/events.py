"""A project whose branches change it for better or worse, and the events of a host about them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from support.cli import Result, lensops
from support.repo import Repo

OFFERS = ("tea", "coffee", "cake", "soup", "bread", "milk")
MANIFEST = """\
version: 1
project: shop
prompts:
  copy: {active: v1}
evals:
  copy:
    cases: cases.jsonl
    weights: {rouge_l: 1.0}
    threshold: 0.2
targets:
  staging: {directory: live/staging}
  production: {directory: live/production, after: staging}
rules: {gate_loosened: error}
"""
GOOD = {"active": "v2"}
REGRESSED = {"active": "bad"}
LOOSENED = {"threshold": "0.1"}
CHANGES: dict[str, Mapping[str, str]] = {"good": GOOD, "regressed": REGRESSED, "loosened": LOOSENED}


class Shop:
    """A repository on branch main whose prompt has two good versions and a bad one, recorded."""

    def __init__(self, repo: Repo) -> None:
        self.repo = repo
        cases = [
            {"id": offer, "inputs": {"offer": offer}, "reference": f"Come in for some {offer} now."}
            for offer in OFFERS
        ]
        repo.write(
            {
                "lensops.yaml": MANIFEST,
                "cases.jsonl": "".join(json.dumps(case) + "\n" for case in cases),
                ".gitignore": "eval_results/\nlive/\n*.outputs\n",
                **{
                    f"prompts/copy/{name}.yaml": f"user: {name} {{{{ offer }}}}\n" for name in TEXTS
                },
            }
        )
        for version in TEXTS:
            self._record(version)
        self.edit({"active": "v1"})
        repo.commit("Begin")

    def _record(self, version: str) -> None:
        self.edit({"active": version})
        rows = [{"id": offer, "output": TEXTS[version].format(offer)} for offer in OFFERS]
        self.repo.write({"v.outputs": "".join(json.dumps(row) + "\n" for row in rows)})
        result = lensops("eval", "--outputs", "v.outputs", "--record", cwd=self.repo.root)
        assert result.code in (0, 1), result.err

    def edit(self, changes: Mapping[str, str]) -> None:
        """Set keys of the manifest that stand once in it."""
        path = self.repo.root / "lensops.yaml"
        lines = path.read_text().splitlines()
        for key, value in changes.items():
            (index,) = [i for i, line in enumerate(lines) if f"{key}: " in line]
            head, _, _ = lines[index].partition(f"{key}: ")
            lines[index] = f"{head}{key}: {value}" + ("}" if "{" in head else "")
        path.write_text("\n".join(lines) + "\n")

    def commit(self, changes: Mapping[str, str]) -> str:
        self.edit(changes)
        return self.repo.commit(f"Set {dict(changes)}")

    def branch(self, changes: Mapping[str, str]) -> str:
        """A commit on a new branch off the commit that is checked out."""
        self.repo.git("switch", "-q", "-c", "topic")
        return self.commit(changes)

    def merge(self, head: str, into: str = "main") -> str:
        """A merge as a host makes it, checked out as a workflow does."""
        self.repo.git("checkout", "-q", "--detach", into)
        self.repo.tick()
        self.repo.git("merge", "-q", "--no-ff", "-m", "Merge", head)
        return self.repo.head()

    def serve(self) -> None:
        """Apply what is checked out to both targets."""
        assert lensops("apply", "--yes", cwd=self.repo.root).code == 0

    def gate(self, *arguments: str) -> Result:
        return lensops("gate", "--replay", *arguments, cwd=self.repo.root)


TEXTS = {
    "v1": "Come in for some {} right now.",
    "v2": "Come in for some {} now.",
    "bad": "Nothing to see about {}, go away.",
}


def event(path: Path, name: str, payload: Mapping[str, Any], ref: str = "") -> dict[str, str]:
    """The variables of a workflow that runs for an event."""
    path.write_text(json.dumps(payload))
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": name,
        "GITHUB_EVENT_PATH": str(path),
        "GITHUB_REF": ref,
    }
