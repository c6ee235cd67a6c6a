"""Ask the host's own tool whether a workflow has attested some bytes; its exit code decides."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from lensops.errors import UserError

TIMEOUT = 180  # seconds; it may fetch attestations and the roots of trust
_KEPT = ("GH_", "XDG_", "SSL_CERT_")  # beside these: what a program needs to run and to connect
_KEPT_NAMES = frozenset(
    (
        *("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "GITHUB_TOKEN", "SYSTEMROOT", "APPDATA"),
        *("HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "https_proxy", "http_proxy", "no_proxy"),
    )
)


def attestation_problem(
    data: bytes,
    signer: Mapping[str, str],
    predicate_type: str,
    *,
    bundle: Path | None = None,
    outside: Path | None = None,
) -> str | None:
    """Why `gh attestation verify` does not accept these bytes; None when it does.

    `signer` holds the `workflow`, its `repository` and the `ref` that it must have run for. With a
    `bundle` nothing is fetched. A `gh` below the folder `outside` is not run. Raises `UserError`
    where there is no `gh`.
    """
    program = _find_program(outside)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "evidence.json"  # what was read is what is verified
        copy.write_bytes(data)
        command = [program, "attestation", "verify", str(copy), "--repo", signer["repository"]]
        command += ["--signer-workflow", signer["workflow"], "--source-ref", signer["ref"]]
        command += ["--predicate-type", predicate_type]
        command += ["--bundle", str(bundle)] if bundle is not None else []
        return _verify(command)


def _find_program(outside: Path | None) -> str:
    program = shutil.which("gh")
    if program is None:
        raise UserError("there is no `gh` to verify the attestation with", "install GitHub CLI")
    if outside is not None and Path(program).resolve().is_relative_to(outside.resolve()):
        raise UserError("the `gh` on the path is a file of this project, which is never run")
    return program


def _verify(command: list[str]) -> str | None:
    try:
        process = subprocess.run(  # noqa: S603  # no shell; each argument was checked by a pattern
            command,
            env={name: value for name, value in os.environ.items() if _is_kept(name)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"`gh attestation verify` gave no answer within {TIMEOUT} seconds"
    except OSError as error:
        return f"`gh` cannot be run: {error.strerror}"
    if process.returncode == 0:
        return None
    output = (process.stderr or process.stdout).decode("utf-8", "replace").strip().splitlines()
    return f"`gh attestation verify`: {output[-1] if output else f'exit {process.returncode}'}"


def _is_kept(name: str) -> bool:
    return name in _KEPT_NAMES or name.startswith(_KEPT)
