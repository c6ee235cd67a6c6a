"""Findings for machines: annotations, JUnit and SARIF, with paths from the repository's root."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from lensops.cli.output import on_actions
from lensops.errors import Invalid, Problem, UserError
from lensops.evidence import Finding, Outcome
from lensops.manifest.locate import ProjectRef


class CiReports:
    """Writes the findings of one manifest for CI."""

    def __init__(self, ref: ProjectRef) -> None:
        self._ref = ref

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Annotate what ends the command."""
        try:
            yield
        except Invalid as error:
            self.annotate(problem_findings(error.problems))
            raise

    def annotate(self, findings: Sequence[Finding]) -> None:
        """On GitHub Actions, notes on the lines of a pull request.

        They go to stderr, so that what is on stdout stays one report.
        """
        if on_actions():
            from lensops.render.annotations import commands

            sys.stderr.write(commands(self._from_root(findings)))

    def write(self, findings: Sequence[Finding], junit: Path | None, sarif: Path | None) -> None:
        """Write the files that are asked for. Raises `UserError` when it cannot."""
        from lensops import __version__
        from lensops.files import write_atomic

        located = self._from_root(findings)
        if junit is not None:
            from lensops.render.ci_files import junit as xml

            write_atomic(junit, xml(located))
        if sarif is not None:
            from lensops.render.ci_files import sarif as text

            write_atomic(sarif, text(located, __version__).encode())

    def _from_root(self, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        from lensops.manifest.locate import find_manifest, prefix_of

        try:
            folder = prefix_of(find_manifest(self._ref).parent)
        except UserError:
            folder = ""
        return tuple(_below(folder, finding) for finding in findings)


def problem_findings(problems: Sequence[Problem]) -> tuple[Finding, ...]:
    """Problems as findings: they fail."""
    return tuple(
        Finding(
            "validate",
            problem.location.path,
            Outcome.FAIL,
            problem.text,
            location=problem.location,
        )
        for problem in problems
    )


def _below(folder: str, finding: Finding) -> Finding:
    if not folder or finding.location is None:
        return finding
    location = finding.location._replace(path=f"{folder}/{finding.location.path}")
    return finding._replace(location=location)
