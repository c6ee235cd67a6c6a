"""Names: a function is a verb and a noun or a noun phrase, a local says what it holds."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src" / "lensops"
VAGUE = frozenset(
    [
        "told",
        "said",
        "seen",
        "found",
        "made",
        "kept",
        "given",
        "asked",
        "each",
        "others",
        "wanted",
        "known",
        "words",
        "at",
        "own",
        "here",
        "now",
        "before",
        "after",
        "both",
        "looked",
        "meant",
        "besides",
        "most",
        "least",
        "enough",
        "shown",
        "named",
        "placed",
        "bound",
        "done",
        "one",
    ]
)
IRREGULAR = frozenset(
    [
        "begun",
        "bent",
        "bought",
        "bound",
        "broken",
        "brought",
        "built",
        "caught",
        "chosen",
        "cut",
        "dealt",
        "done",
        "drawn",
        "driven",
        "fallen",
        "fed",
        "felt",
        "fixed",
        "forgotten",
        "found",
        "given",
        "gone",
        "grown",
        "heard",
        "held",
        "hidden",
        "hit",
        "kept",
        "known",
        "laid",
        "led",
        "left",
        "lent",
        "lost",
        "made",
        "meant",
        "met",
        "paid",
        "put",
        "read",
        "run",
        "said",
        "seen",
        "sent",
        "set",
        "shown",
        "sold",
        "spent",
        "split",
        "stood",
        "sunk",
        "swept",
        "taken",
        "taught",
        "thought",
        "thrown",
        "told",
        "understood",
        "woken",
        "won",
        "worn",
        "written",
    ]
)
NOUNS_IN_ED = frozenset({"embed", "exceed", "feed", "need", "proceed", "seed", "speed", "succeed"})


def test_few_functions_are_a_bare_participle() -> None:
    names = list(_functions())
    participles = sorted(f"{where}: {name}" for where, name in names if _is_participle(name))

    assert len(participles) < 0.01 * len(names), "\n".join(participles)


def test_few_locals_are_vague() -> None:
    names = list(_locals())
    vague = sorted(f"{where}: {name}" for where, name in names if name.lstrip("_") in VAGUE)

    assert len(vague) < 0.005 * len(names), "\n".join(vague)


def _is_participle(name: str) -> bool:
    word = name.strip("_")
    return "_" not in word and (
        word in IRREGULAR or (word.endswith("ed") and word not in NOUNS_IN_ED)
    )


@cache
def _nodes() -> list[tuple[str, list[ast.AST]]]:
    """Every node of each file of the source."""
    return [
        (path.relative_to(SOURCE).as_posix(), list(ast.walk(ast.parse(path.read_text("utf-8")))))
        for path in sorted(SOURCE.rglob("*.py"))
    ]


def _functions() -> Iterator[tuple[str, str]]:
    for path, nodes in _nodes():
        for node in nodes:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{path}:{node.lineno}", node.name


def _locals() -> Iterator[tuple[str, str]]:
    """Every name that is bound as a variable, once a scope, and every parameter."""
    for path, nodes in _nodes():
        for line, name in sorted(set(_bindings(nodes))):
            yield f"{path}:{line}", name


def _bindings(nodes: list[ast.AST]) -> Iterator[tuple[int, str]]:
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.MatchAs) and node.name is not None:
            yield node.lineno, node.name
