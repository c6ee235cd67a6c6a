"""What a git process gets: settings that no user's and no project's can bend, and no secrets."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from enum import Enum

# What git needs to run, to find the user's settings, and to know who the user is.
_PLAIN = re.compile(
    r"PATH|HOME|USER|LOGNAME|LANG|TMPDIR|TE?MP|SYSTEMROOT|WINDIR|COMSPEC|PATHEXT|USERPROFILE|"
    r"HOMEDRIVE|HOMEPATH|(LOCAL)?APPDATA|PROGRAMDATA|XDG_CONFIG_HOME|(DY)?LD_LIBRARY_PATH|"
    r"SUDO_UID|EMAIL|GIT_(CONFIG_(NOSYSTEM|GLOBAL|SYSTEM)|EXEC_PATH|CEILING_DIRECTORIES|"
    r"(AUTHOR|COMMITTER)_(NAME|EMAIL))"
)
# Set by git for its hooks, or by a user for another repository: they would point somewhere else.
FOREIGN = (
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY"),
    *("GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_NAMESPACE", "GIT_PREFIX", "GIT_QUARANTINE_PATH"),
)
_BENDING = (
    r"GIT_(EXTERNAL_DIFF|DIFF_OPTS|TRACE\w*|TRACE2\w*|(AUTHOR|COMMITTER)_DATE|\w+_PATHSPECS|"
    r"ALLOW_PROTOCOL|PROTOCOL_FROM_USER|"
    r"NO_LAZY_FETCH|ATTR_SOURCE|CONFIG)\Z"
)
_REFERENCE = r"\$\{?(\w+)"
_SENSITIVE = r"(?i)KEY|TOKEN|SECRET|PASS|CREDENTIAL|AUTH"
# `GIT_CONFIG_COUNT` and its like hold what lets a job push; settings of NEUTRAL come after them.
# Names under which hosts of git, their credential helpers and ssh look for what lets them in.
_OF_HOSTS = r"(GIT|GH|GITHUB|GITLAB|GL|CI|BITBUCKET|SYSTEM|AZURE|AWS|GCM|SSH)_"

NEUTRAL = (
    "safe.bareRepository=explicit",
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.alternateRefsCommand=true",
    "core.quotePath=false",
    "color.ui=never",
    "diff.external=",
    "diff.renames=false",
    "diff.renameLimit=1000",
    "diff.suppressBlankEmpty=false",
    "diff.ignoreSubmodules=none",
    "i18n.logOutputEncoding=UTF-8",
    "log.showSignature=false",
    "submodule.recurse=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "http.lowSpeedLimit=1000",
    "http.lowSpeedTime=30",
)
PROTOCOLS = ("file", "git", "http", "https", "ssh")
_FIXED = {
    "LC_ALL": "C",
    "LANGUAGE": "C",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_LITERAL_PATHSPECS": "1",
}


class Reach(Enum):
    """What a process of git may reach, and so what it is given."""

    NOTHING = "nothing"  # it reads the repository
    LOCAL = "local"  # another repository of this machine
    NETWORK = "network"


def variables_for(reach: Reach) -> dict[str, str]:
    """The environment of a process: no secret but those that a host of git may ask for."""
    if reach is Reach.NETWORK:
        inherited = {name: value for name, value in os.environ.items() if _is_for_remotes(name)}
        return {**inherited, **_FIXED, "GIT_ALLOW_PROTOCOL": ":".join(PROTOCOLS)}
    inherited = {name: value for name, value in os.environ.items() if _PLAIN.fullmatch(name)}
    protocols = "file" if reach is Reach.LOCAL else "none"
    return {**inherited, **_FIXED, "GIT_ALLOW_PROTOCOL": protocols, "GIT_NO_LAZY_FETCH": "1"}


def helper_variables(settings: str) -> dict[str, str]:
    """The variables that credential helpers name as `$NAME`, in settings and in `GIT_CONFIG_*`."""
    values = [value for name, value in os.environ.items() if name.startswith("GIT_CONFIG_")]
    names = {match[1] for text in (settings, *values) for match in re.finditer(_REFERENCE, text)}
    return {name: os.environ[name] for name in sorted(names & os.environ.keys() - {*FOREIGN})}


def committing(repository: Mapping[str, str]) -> dict[str, str]:
    """Corrections to the user's own environment, for `git commit`.

    Variables that point git at another repository are set to this one's, where they are set at all.
    """
    return {name: repository.get(name, "") for name in FOREIGN if name in os.environ}


def trusted_folders() -> list[str]:
    """The `safe.directory` settings that the environment holds (`GIT_CONFIG_KEY_0` and so on)."""
    count = os.environ.get("GIT_CONFIG_COUNT", "0")
    numbers = range(min(int(count), 1000)) if count.isdecimal() else ()
    return [
        os.environ.get(f"GIT_CONFIG_VALUE_{number}", "")
        for number in numbers
        if os.environ.get(f"GIT_CONFIG_KEY_{number}", "").lower() == "safe.directory"
    ]


def _is_for_remotes(name: str) -> bool:
    if name in FOREIGN or re.match(_BENDING, name):
        return False
    return not re.search(_SENSITIVE, name) or bool(re.match(_OF_HOSTS, name))
