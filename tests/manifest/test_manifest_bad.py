"""Every kind of bad manifest is said with its place, exits 2, and gives no traceback."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from lensops.errors import Invalid
from lensops.manifest import read_yaml
from lensops.manifest.load import load
from support import sample
from support.cli import lensops
from support.repo import Repo

GOOD = """\
version: 1
project: shop
prompts:
  offer_copy: {active: v1}
"""
SUITE = """\
evals:
  offer_copy:
    cases: cases.jsonl
    threshold: 0.75
    weights: {bleu: 1.0}
"""
MONITOR = """\
drift:
  scores:
    baseline: a.csv
    current: b.csv
    features: {score: {range: [0, 1]}}
"""


@dataclass(frozen=True)
class Bad:
    name: str
    manifest: str | bytes
    location: str  # line:column, or nothing where the file as a whole is meant
    says: str


def replaced(old: str, new: str, text: str = GOOD) -> str:
    assert old in text
    return text.replace(old, new)


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)
)

TABLE = [
    Bad("empty file", "", "", "the file is empty"),
    Bad("only a comment", "# nothing\n", "", "the file is empty"),
    Bad("a list", "- version: 1\n", "1:1", "a manifest is a mapping"),
    Bad("a word", "hello\n", "1:1", "a manifest is a mapping"),
    Bad("tabs", "version: 1\nprompts:\n\toffer_copy: {}\n", "3:1", "spaces, not tabs"),
    *(
        Bad(f"a conflict {name}", text, where, "a merge left a conflict here")
        for name, text, where in (
            ("at the top", f"<<<<<<< HEAD\n{GOOD}=======\n{GOOD}>>>>>>> other\n", "1:1"),
            ("inside", GOOD + "<<<<<<< HEAD\n  a: b\n=======\n  a: c\n>>>>>>> x\n", "5:1"),
            ("with its base", GOOD + "<<<<<<< a\n||||||| b\n  c: d\n=======\n>>>>>>> x\n", "5:1"),
        )
    ),
    Bad("two documents", GOOD + "---\nversion: 1\n", "5:1", "second YAML document"),
    Bad("not UTF-8", b"version: 1\nproject: caf\xe9\n", "2:13", "not UTF-8"),
    Bad("UTF-16", GOOD.encode("utf-16"), "1:1", "not UTF-8"),
    Bad("control character", "version: 1\nproject: a\x07b\n", "2:11", "U+0007"),
    Bad("unclosed bracket", "version: 1\nprompts: {a: {active: v1}\n", "3:1", "expected"),
    Bad("unclosed quote", 'version: 1\nproject: "shop\n', "", "end of stream"),
    Bad("alias bomb", BOMB, "6:10", "more than 100,000 values"),
    Bad("unknown alias", replaced("shop", "*shop"), "2:10", "names no anchor"),
    Bad("alias of itself", "version: 1\nproject: &p [*p]\n", "2:14", "names no anchor"),
    Bad("too deep", "version: " + "[" * 80 + "]" * 80 + "\n", "1:70", "levels deep"),
    Bad("ten megabytes", GOOD + "# " + "x" * 10_000_000 + "\n", "", "larger than 1,000,000 bytes"),
    Bad("duplicate key", GOOD + "version: 1\n", "5:1", "duplicate key 'version'"),
    Bad(
        "duplicate prompt",
        GOOD + "  offer_copy: {active: v2}\n",
        "5:3",
        "line 4 has it already",
    ),
    Bad("a key that is a list", GOOD + "[a, b]: 1\n", "5:1", "a key must be text"),
    Bad("no version", replaced("version: 1\n", ""), "1:1", "missing key 'version'"),
    Bad("no project", replaced("project: shop\n", ""), "1:1", "missing key 'project'"),
    Bad("no prompts", "version: 1\nproject: shop\n", "1:1", "missing key 'prompts'"),
    Bad("version 2", replaced("version: 1", "version: 2"), "1:10", "must be 1, not 2"),
    Bad("version in quotes", replaced("version: 1", "version: '1'"), "1:10", "must be 1, not '1'"),
    Bad("version true", replaced("version: 1", "version: true"), "1:10", "must be 1, not true"),
    Bad("version 1.0", replaced("version: 1", "version: 1.0"), "1:10", "must be 1, not 1.0"),
    Bad("unknown top key", GOOD + "promts: {}\n", "5:1", "did you mean 'prompts'?"),
    Bad("project a number", replaced("shop", "7"), "2:10", "write it in quotes: '7'"),
    Bad("project empty", replaced(" shop", ""), "2:9", "must be text, not empty"),
    Bad("project with a space", replaced("shop", "my shop"), "2:10", "must begin with a letter"),
    Bad(
        "prompts null", "version: 1\nproject: s\nprompts:\n", "3:9", "must be a mapping, not empty"
    ),
    Bad("prompts a list", "version: 1\nproject: s\nprompts: [a]\n", "3:1", "not a list"),
    Bad("prompt a word", replaced("{active: v1}", "v1"), "4:15", "must be a mapping, not 'v1'"),
    Bad("prompt name", replaced("offer_copy", "../offer"), "4:3", "the name '../offer' must begin"),
    Bad("active a number", replaced("v1", "1"), "4:24", "write it in quotes: '1'"),
    Bad("active a path", replaced("v1", "../v1"), "4:24", "must begin with a letter"),
    Bad(
        "missing version",
        replaced("v1", "v3"),
        "4:24",
        "there is no file prompts/offer_copy/v3.yaml",
    ),
    Bad("missing version, near", replaced("v1", "v11"), "4:24", "did you mean 'v1'?"),
    Bad(
        "missing family", replaced("offer_copy", "offer"), "4:19", "prompts/offer/ has no versions"
    ),
    Bad("unknown prompt key", replaced("active", "activ"), "4:16", "did you mean 'active'?"),
    Bad("weights sum to 0.9", GOOD + SUITE.replace("1.0", "0.9"), "9:5", "they sum to 0.9"),
    Bad("weights empty", GOOD + SUITE.replace("{bleu: 1.0}", "{}"), "9:5", "at least 1 item"),
    Bad(
        "weight negative",
        GOOD + SUITE.replace("1.0}", "2.0, x: -1.0}"),
        "9:21",
        "less than or equal",
    ),
    Bad("unknown metric", GOOD + SUITE.replace("bleu:", "blue:"), "9:15", "did you mean 'bleu'?"),
    Bad("threshold NaN", GOOD + SUITE.replace("0.75", ".nan"), "8:16", "not NaN"),
    Bad("threshold infinite", GOOD + SUITE.replace("0.75", ".inf"), "8:16", "not NaN or infinity"),
    Bad("threshold above 1", GOOD + SUITE.replace("0.75", "75"), "8:16", "less than or equal to 1"),
    Bad("threshold text", GOOD + SUITE.replace("0.75", "high"), "8:16", "must be a number"),
    Bad("no threshold", GOOD + SUITE.replace("    threshold: 0.75\n", ""), "6:3", "'threshold'"),
    Bad(
        "judge weight, no judge", GOOD + SUITE.replace("bleu", "judge"), "6:3", "judge: is missing"
    ),
    Bad(
        "judge of itself",
        GOOD + SUITE + "    model: openai:x\n    judge: {model: openai:x, rubric: {a: b}}\n",
        "11:20",
        "allow_self",
    ),
    Bad(
        "unknown prompt of a suite",
        GOOD + SUITE + "    prompt: offr_copy\n",
        "10:13",
        "'offer_copy'",
    ),
    Bad(
        "cases outside",
        GOOD + SUITE.replace("cases.j", "../cases.j"),
        "7:12",
        "leaves the repository",
    ),
    Bad(
        "cases absolute",
        GOOD + SUITE.replace("cases.j", "/cases.j"),
        "7:12",
        "relative to the manifest",
    ),
    Bad("cases missing", GOOD + SUITE.replace("cases.j", "none.j"), "7:12", "there is no file"),
    Bad("cases by a link", GOOD + SUITE.replace("cases.j", "link.j"), "7:12", "link that leaves"),
    Bad(
        "two checks in one",
        GOOD + SUITE + "    checks: [{max_words: 1, regex: a}]\n",
        "10:14",
        "one key",
    ),
    *(
        Bad(f"a check of nothing, {check}", f"{GOOD}{SUITE}    checks: [{check}]\n", "10:", says)
        for check, says in (
            ('contains: ""', "contains: must be text of at least one character, not ''"),
            ('regex: ""', "regex: must be text of at least one character, not ''"),
            ("required_fields: []", "required_fields: must hold at least 1 item"),
        )
    ),
    Bad("bands crossed", GOOD + MONITOR + "    bands: {warning: 0.3}\n", "10:5", "not be above"),
    Bad("range falls", GOOD + MONITOR.replace("[0, 1]", "[1, 0]"), "9:16", "must rise"),
    Bad(
        "no features", GOOD + MONITOR.replace("{score: {range: [0, 1]}}", "{}"), "9:5", "at least 1"
    ),
    Bad(
        "unknown window key",
        GOOD + MONITOR.replace("b.csv", "{lst: 7d}"),
        "8:15",
        "did you mean 'last'",
    ),
    Bad("target nowhere", GOOD + "targets: {a: {after: b}}\n", "5:22", "there is no target 'b'"),
    Bad(
        "target after itself",
        GOOD + "targets: {a: {directory: x, after: a}}\n",
        "5:36",
        "the target follows itself",
    ),
    Bad(
        "target without a place", GOOD + "targets: {a: {}}\n", "5:11", "either `directory` or `git`"
    ),
    Bad(
        "target with two",
        GOOD + "targets: {a: {directory: x, git: y}}\n",
        "5:11",
        "either `directory`",
    ),
    Bad("git, no branch", GOOD + "targets: {a: {git: origin}}\n", "5:11", "belong together"),
    Bad(
        "target outside",
        GOOD + "targets: {a: {directory: ../x}}\n",
        "5:26",
        "leaves the repository",
    ),
]


@pytest.mark.parametrize("bad", TABLE, ids=lambda bad: bad.name)
@pytest.mark.parametrize("command", ["validate", "plan"])
def test_bad_manifest_is_said_with_its_place(bad: Bad, command: str, repo: Repo) -> None:
    repo.write(sample.files() | {"lensops.yaml": bad.manifest, "cases.jsonl": "", "a.csv": ""})
    (repo.root / "link.jsonl").symlink_to(repo.root.parent / "outside.jsonl")
    (repo.root.parent / "outside.jsonl").write_text("")
    done = lensops(command, cwd=repo.root)
    said = done.out + done.err
    if command == "validate" or not bad.name.startswith(("cases missing", "cases by", "unknown")):
        where = f"lensops.yaml:{bad.location}" if bad.location else "lensops.yaml"
        where += "" if bad.location.endswith(":") or not bad.location else ": "
        assert where in said
        assert bad.says in said
        assert done.code == 2
    assert "Traceback" not in said
    assert str(repo.root) not in said


def test_all_problems_are_said_at_once(repo: Repo) -> None:
    manifest = "versio: 1\nproject: 3\nprompts:\n  offer_copy: {active: v9}\n  x: {activ: v1}\n"
    repo.write(sample.files() | {"lensops.yaml": manifest})
    done = lensops("validate", cwd=repo.root)
    for place in ["1:1", "2:10", "4:24", "5:3", "5:7"]:
        assert f"lensops.yaml:{place}: " in done.out, place
    assert done.code == 2


@pytest.mark.parametrize("check", ["max_words: 1.5", "min_words: -1", "contains: 7", "regex: ''"])
def test_a_check_with_a_wrong_value_is_one_problem(check: str, repo: Repo) -> None:
    manifest = f"{GOOD}{SUITE}    checks: [{check}]\n"
    repo.write(sample.files() | {"lensops.yaml": manifest, "cases.jsonl": ""})
    problems = lensops("validate", "--format", "json", cwd=repo.root).json["problems"]
    (problem,) = [problem for problem in problems if problem["path"] == "lensops.yaml"]
    assert check.partition(":")[0] in problem["message"]


def test_both_names_present(project: Repo) -> None:
    project.write({"llmops.yaml": sample.MANIFEST})
    done = lensops("validate", cwd=project.root)
    assert done.code == 2
    assert "both lensops.yaml and llmops.yaml are present" in done.err


def test_no_manifest(repo: Repo) -> None:
    done = lensops("validate", cwd=repo.root)
    assert done.code == 2
    assert "lensops init" in done.err


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: text, id="as it is"),
        pytest.param(lambda text: "\ufeff" + text, id="byte order mark"),
        pytest.param(lambda text: text.replace("\n", "\r\n"), id="CRLF"),
        pytest.param(lambda text: text + "...\n", id="document end"),
        pytest.param(lambda text: "%YAML 1.2\n---\n" + text, id="directive"),
        pytest.param(lambda text: text.replace("v1", "!!str v1"), id="tag"),
        pytest.param(lambda text: text.replace("v1", "&v v1"), id="anchor"),
    ],
)
def test_sound_manifests_pass(change: Callable[[str], str], project: Repo) -> None:
    project.write({"lensops.yaml": change(sample.MANIFEST)})
    done = lensops("validate", cwd=project.root)
    assert (done.code, done.err) == (0, "")


def test_found_from_a_folder_below(project: Repo) -> None:
    below = project.root / "prompts" / "offer_copy"
    assert lensops("validate", cwd=below).code == 0
    assert lensops("validate", "-C", project.root, cwd=below.parent).code == 0


def problems_of(manifest: str) -> list[str]:
    with pytest.raises(Invalid) as caught:
        load(manifest.encode(), "lensops.yaml")
    return [str(problem) for problem in caught.value.problems]


def test_rules_between_keys_are_held_beside_other_faults() -> None:
    broken = SUITE.replace("{bleu: 1.0}", "{bleu: 0.9, rouge_l: 0.8}").replace("0.75", "high")
    checks = "    checks: [{max_words: 1, regex: a}]\n"
    monitor = MONITOR + "    bands: {warning: 0.3, critical: 0.2, x: 1}\n    unknown: 1\n"
    problems = problems_of(GOOD + broken + checks + monitor + "targets: {a: {git: x, z: 1}}\n")
    for part in [
        "they sum to 1.7",
        "must be a number, not 'high'",
        "a check has exactly one key",
        "warning must not be above critical",
        "unknown key 'x'",
        "unknown key 'unknown'",
        "`git` and `branch` belong together",
        "unknown key 'z'",
    ]:
        assert sum(part in problem for problem in problems) == 1, part
    assert len(problems) == 8


def test_a_rule_says_nothing_of_a_key_that_is_faulty_itself() -> None:
    (problem,) = problems_of(GOOD + SUITE.replace("{bleu: 1.0}", "high"))
    assert "weights: must be a mapping, not 'high'" in problem


@pytest.mark.parametrize(
    "written", ["1.10", "1e3", "0o7", "0x1F", "1_000", "true", "True", "0.50", "-0", ".inf"]
)
def test_a_hint_quotes_what_is_written(written: str) -> None:
    (problem,) = problems_of(replaced("v1", written))
    assert f"must be text, not {written} (write it in quotes: '{written}')" in problem


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: !!float x", "f:1:12: 'x' is no float (remove the tag !!float)"),
        ("a: !!int 1.5", "f:1:10: '1.5' is no int"),
        ("a: !!bool maybe", "f:1:11: 'maybe' is no bool"),
        ("a: !!null x", "f:1:11: 'x' is no null"),
        ("a: !!python/name:os.system x", "the tag !!python/name:os.system is not read"),
        ("a: !env SECRET", "the tag !env is not read"),
        ("a: !!set {x}", "the tag !!set is not read"),
        ("a: !!map x", "the tag !!map is not read"),
        ("a: " + "9" * 5000, "f:1:4: a number of 5,000 characters"),
        ("a: 1." + "9" * 5000, "a number of 5,002 characters"),
        ("a: 0x_", "f:1:4: '0x_' has no digits"),
        ("%YAML 1.1\n---\na: 1:30.5", "f:1:1: %YAML 1.1: YAML 1.2 is read"),
        ("!" * 900_000, "a tag of more than 20,000 characters"),
        ("a: !<" + "x" * 900_000 + "> y", "a tag of more than 20,000 characters"),
        ('a: "\\uD800"', "f:1:4: half of a surrogate pair"),
        ("<<: x", "`<<:` takes mappings alone"),
        ("[" * 900_000, "nested more than 60 levels deep"),
        ("a: [" + "1," * 100_001 + "]", "more than 100,000 values"),
    ],
    ids=lambda text: text[:20],
)
def test_bad_yaml_is_a_problem_with_its_place(text: str, message: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_yaml(text.encode(), "f")
    assert message in str(caught.value)


@pytest.mark.parametrize("to", ["sub/real.yaml", "lensops.yaml", "nowhere.yaml", "../outside.yaml"])
def test_a_manifest_that_is_a_link_is_refused(to: str, project: Repo) -> None:
    project.write({"sub/real.yaml": sample.MANIFEST, "../outside.yaml": sample.MANIFEST})
    (project.root / "lensops.yaml").unlink()
    (project.root / "lensops.yaml").symlink_to(to)
    for command in ("validate", "plan", "history", "activate v2"):
        done = lensops(*command.split(), cwd=project.root)
        assert done.code == 2
        assert "lensops.yaml is a link" in done.err
