"""`signed_by`: `gh attestation verify` decides, here a stand-in that knows what was attested."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from support.cli import Result, lensops
from support.events import GOOD, Shop
from support.repo import Repo

SIGNER = "owner/repo/.github/workflows/lensops.yml@refs/heads/main"
GH = """\
#!/bin/sh
# knows one workflow, one ref and the files that were attested, as `gh attestation verify` does
env > "$0.environment"
echo "$@" > "$0.arguments"
file=$3
case "$*" in
  *"--repo owner/repo --signer-workflow owner/repo/.github/workflows/lensops.yml"*) ;;
  *) echo "no attestation by that workflow" >&2; exit 1 ;;
esac
case "$*" in
  *"--source-ref refs/heads/main --predicate-type urn:lensops:verdict:v1"*) ;;
  *) echo "no attestation for that ref" >&2; exit 1 ;;
esac
sha256sum "$file" | cut -d " " -f 1 | grep -qxFf "$0.attested" && exit 0
echo "Error: no attestations found for subject" >&2
exit 1
"""


@pytest.fixture
def shop(repo: Repo) -> Shop:
    """A shop whose staging demands signed evidence, with a new version that passes."""
    own = Shop(repo)
    manifest = repo.root / "lensops.yaml"
    signed = manifest.read_text().replace(
        "live/staging}", f"live/staging, require_gate: {{signed_by: {SIGNER}}}}}"
    )
    repo.commit("Demand signatures", {"lensops.yaml": signed})
    own.commit(GOOD)
    assert own.gate("--base", "HEAD~1", "--evidence", "live/evidence.json").code == 0
    return own


@pytest.fixture
def gh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    program = tmp_path / "bin/gh"
    program.parent.mkdir()
    program.write_text(GH)
    program.chmod(0o755)
    program.with_name("gh.attested").write_text("")
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    return program


def attest(gh: Path, evidence: Path) -> None:
    digest = hashlib.sha256(evidence.read_bytes()).hexdigest()
    gh.with_name("gh.attested").write_text(digest + "\n")


def apply(shop: Shop) -> Result:
    arguments = ("apply", "--target", "staging", "--yes", "--evidence", "live/evidence.json")
    return lensops(*arguments, cwd=shop.repo.root)


def test_attested_evidence_lets_the_release_go(
    shop: Shop, gh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    monkeypatch.setenv("GH_TOKEN", "for gh")
    attest(gh, shop.repo.root / "live/evidence.json")

    result = apply(shop)

    assert result.code == 0, result.err
    environment = gh.with_name("gh.environment").read_text()
    assert "GH_TOKEN=for gh" in environment
    assert "OPENAI_API_KEY" not in environment


@pytest.mark.parametrize("edit", ["nothing was attested", "edited after the attestation"])
def test_forged_evidence_is_refused(shop: Shop, gh: Path, edit: str) -> None:
    evidence = shop.repo.root / "live/evidence.json"
    if edit.startswith("edited"):
        attest(gh, evidence)
        evidence.write_text(evidence.read_text().replace("lensops 0", "lensops 9"))

    result = apply(shop)

    assert result.code == 1
    assert f"it is not signed by {SIGNER}: `gh attestation verify`: Error: no att" in result.err


@pytest.mark.parametrize("other", ["other.yml@refs/heads/main", "lensops.yml@refs/heads/topic"])
def test_another_workflow_or_ref_is_refused(shop: Shop, gh: Path, other: str) -> None:
    manifest = shop.repo.root / "lensops.yaml"
    manifest.write_text(manifest.read_text().replace("lensops.yml@refs/heads/main", other))
    shop.repo.commit("Trust another")
    shop.gate("--base", "HEAD~1", "--evidence", "live/evidence.json")
    attest(gh, shop.repo.root / "live/evidence.json")

    assert "no attestation" in apply(shop).err


def test_a_bundle_beside_the_evidence_is_verified_offline(shop: Shop, gh: Path) -> None:
    attest(gh, shop.repo.root / "live/evidence.json")
    shop.repo.write({"live/evidence.bundle.jsonl": "{}\n"})

    assert apply(shop).code == 0
    assert "--bundle live/evidence.bundle.jsonl" in gh.with_name("gh.arguments").read_text()


def test_without_gh_nothing_goes(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty/git").symlink_to(os.path.realpath("/usr/bin/git"))
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))

    result = apply(shop)

    assert (result.code, "there is no `gh`" in result.err) == (2, True), result.err


def test_a_gh_of_the_project_is_not_run(
    shop: Shop, gh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = shop.repo.root / "live/gh"
    own.write_text("#!/bin/sh\nexit 0\n")
    own.chmod(0o755)
    monkeypatch.setenv("PATH", f"{own.parent}{os.pathsep}{os.environ['PATH']}")

    result = apply(shop)

    assert (result.code, "is a file of this project" in result.err) == (2, True)


def test_the_manifest_names_a_workflow_and_a_ref(shop: Shop) -> None:
    manifest = shop.repo.root / "lensops.yaml"
    manifest.write_text(manifest.read_text().replace(f"signed_by: {SIGNER}", "signed_by: me"))

    result = lensops("validate", cwd=shop.repo.root)

    assert result.code == 2
    assert "signed_by: must be owner/repo/.github/workflows/FILE.yml@refs" in result.out
