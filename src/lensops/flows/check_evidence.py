"""Check evidence for a plan: whether it is of this very release, and of a passed gate."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from lensops.evidence import Finding, Outcome
from lensops.manifest.model import SIGNER, SignedGate

if TYPE_CHECKING:
    from lensops.evidence import Verdict
    from lensops.flows.candidate import Candidate
    from lensops.flows.project import Opened

BUNDLE = ".bundle.jsonl"  # of evidence.json: evidence.bundle.jsonl


def check_evidence(
    path: Path | None, project: Opened, release: Candidate, targets: Collection[str]
) -> tuple[str | None, tuple[Finding, ...]]:
    """The digest of evidence that lets a release go to targets, and findings about it."""
    if path is None:
        return None, ()
    from lensops.evidence.file import digest_of, parse, read_bytes

    data = read_bytes(path)
    verdict = parse(data, path.name)
    reasons = [
        *_reasons(verdict, project, release, targets),
        *_signature_problems(data, path, project, targets),
    ]
    findings = [Finding("evidence", path.name, Outcome.FAIL, reason) for reason in reasons]
    if findings:
        return None, tuple(findings)
    message = f"the gate passed on release {release.release.digest}"
    return digest_of(verdict), (Finding("evidence", path.name, Outcome.PASS, message),)


def _reasons(
    verdict: Verdict, project: Opened, release: Candidate, targets: Collection[str]
) -> tuple[str, ...]:
    if release.digests is None:
        return (f"it cannot be checked: {release.missing}",)
    from lensops.evidence import refusals

    repository = project.repository
    head = repository.head() if repository else None
    commit = release.commit if release.promotion else head
    needs_base = _needs_base(project, commit, targets)
    return refusals(verdict, release.digests, commit=commit, needs_base=needs_base)


def _signature_problems(
    data: bytes, path: Path, project: Opened, targets: Collection[str]
) -> Iterator[str]:
    """Why evidence is not signed as targets demand. A bundle beside it is verified offline."""
    settings = (project.manifest.places[name].require_gate for name in targets)
    signers = {gate.signed_by for gate in settings if isinstance(gate, SignedGate)}
    if not signers:
        return
    from lensops.evidence.file import PREDICATE_TYPE
    from lensops.forge.attestation import attestation_problem

    bundle = path.with_suffix(BUNDLE)
    for signer in sorted(signers):
        match = re.fullmatch(SIGNER, signer)
        problem = attestation_problem(
            data,
            match.groupdict() if match else {},
            PREDICATE_TYPE,
            bundle=bundle if bundle.is_file() else None,
            outside=project.tree.boundary,
        )
        if problem is not None:
            yield f"it is not signed by {signer}: {problem}"


def _needs_base(project: Opened, commit: str | None, targets: Collection[str]) -> bool:
    """Whether a target requires the gate, and there is an earlier release to hold this one to."""
    from lensops.flows.choose_base import has_earlier_release

    requires_gate = any(project.manifest.places[name].require_gate for name in targets)
    repository = project.repository
    return (
        requires_gate
        and repository is not None
        and has_earlier_release(project, repository, commit)
    )
