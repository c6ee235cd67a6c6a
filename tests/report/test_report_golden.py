"""A whole comment and a whole envelope, made by direct call and held against kept files.

After a change that is meant: LENSOPS_SCREENS=write pytest tests/report/test_report_golden.py
"""

from __future__ import annotations

import json
import re

import pytest

from lensops.evals.protocols import Mode
from lensops.flows.comment import compose
from lensops.gate import GateResult
from lensops.manifest.locate import ProjectRef
from lensops.plan import Plan
from lensops.render.json import envelope
from lensops.render.markdown import markdown
from lensops.report import comment, verdict
from support.evaluated import activate, add_bad_version, own_sample
from support.repo import Repo
from support.screens import as_kept, hide_digests

HASH = re.compile(r"\b[0-9a-f]{40,64}\b")


@pytest.fixture
def composed(repo: Repo) -> tuple[Plan, GateResult]:
    """The sample's bad v3 against its v2."""
    own = own_sample(repo)
    activate(own, "v2")
    own.commit("Use v2")
    add_bad_version(own)
    return compose(ProjectRef(own.root), "HEAD", mode=Mode.REPLAY)


def test_the_comment_of_a_bad_version(composed: tuple[Plan, GateResult]) -> None:
    text = hide_digests(markdown(comment.document(*composed)))
    assert text == as_kept("comment", text, "md")


def test_the_envelope_of_its_verdict(composed: tuple[Plan, GateResult]) -> None:
    text = HASH.sub("…", envelope("verdict", verdict.data(composed[1])))
    assert text == as_kept("verdict", text, "json")
    assert json.loads(text)["verdict"] == "fail"
