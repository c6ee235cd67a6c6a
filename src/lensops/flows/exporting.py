"""Export: a prompt of the project, with its eval, in the file of another tool."""

from __future__ import annotations

import json
from typing import Any

from lensops.errors import UserError
from lensops.flows.project import Opened, open_project
from lensops.interchange.exports import Export, Exported
from lensops.interchange.prompt_yml_export import to_prompt_yml
from lensops.interchange.promptfoo_export import to_promptfoo
from lensops.manifest.locate import ProjectRef
from lensops.manifest.select import select_prompt
from lensops.prompts import locate_prompt, version_files

FORMATS = {"promptfoo": to_promptfoo, "prompt.yml": to_prompt_yml}
_MAX_BYTES = 1_000_000


def export_prompt(ref: ProjectRef, kind: str, *, prompt: str | None = None) -> Export:
    """The file of a tool. `kind` is a key of `FORMATS`; promptfoo gets every version.

    Raises `Invalid` and `UserError`.
    """
    project = open_project(ref)
    name = select_prompt(project.manifest.prompts, prompt)
    active = project.active[name]
    versions = [active]
    if kind == "promptfoo":
        files = locate_prompt(project.manifest, name)
        inactive = [v for v in version_files(project.tree, files) if v != active.version]
        versions += [project.load(name, version) for version in inactive]
    suite = next((s for s in project.manifest.evals if project.manifest.prompt_of(s) == name), None)
    if suite is None:
        return FORMATS[kind](Exported(name, versions))
    settings = project.manifest.evals[suite]
    cases = list(_cases(project, settings.cases))
    checks = [{check.kind: check.argument} for check in settings.checks]
    every = [*checks, *(check for case in cases for check in case["checks"])]
    paths = {check["json_schema"] for check in every if "json_schema" in check}
    schemas = {path: json.loads(project.tree.read(path, _MAX_BYTES)) for path in paths}
    return FORMATS[kind](Exported(name, versions, settings, cases, schemas))


def _cases(project: Opened, path: str) -> list[dict[str, Any]]:
    from lensops.evals.cases import load_cases

    try:
        cases = load_cases(project.tree, path)
    except FileNotFoundError:
        raise UserError(f"there is no file {path}") from None
    return [
        {
            "id": case.id,
            "inputs": dict(case.inputs),
            "references": list(case.references),
            "checks": [{check.kind: check.argument} for check in case.checks],
        }
        for case in cases
    ]
