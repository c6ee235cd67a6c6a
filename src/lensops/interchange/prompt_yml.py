"""A `.prompt.yml` of GitHub Models: `testData` as cases, `evaluators` as checks and rubric."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any

from lensops.interchange.bundle import Bundle
from lensops.interchange.prompt_file import model_id
from lensops.interchange.promptfoo_tests import CHOSEN, GUESS
from lensops.interchange.source import Source
from lensops.interchange.templates import shorten, slug, unique
from lensops.manifest import Node
from lensops.prompts import parse

ENDINGS = (".prompt.yml", ".prompt.yaml")
_EXPECTED = re.compile(r"\{\{\s*expected\s*\}\}")
_STRING: dict[str, Callable[[str], dict[str, Any]]] = {
    "contains": lambda text: {"contains": text},
    "equals": lambda text: {"equals": text},
    "startsWith": lambda text: {"regex": rf"\A{re.escape(text)}"},
    "endsWith": lambda text: {"regex": rf"{re.escape(text)}\Z"},
}
_GRADED = {
    "coherence": "Coherent, logical flow of ideas. 5=flawless, 1=confusing.",
    "fluency": "Fluent, grammatically correct language. 5=flawless, 1=broken.",
    "relevance": "Answers what was asked, and nothing else. 5=entirely, 1=not at all.",
    "groundedness": "Rests on what the inputs say. 5=entirely, 1=invented.",
}


def accepts(source: Source, node: Node) -> bool:
    """Whether a document is such a file."""
    return source.path.endswith((".yml", ".yaml")) and node.get("messages") is not None


def convert(source: Source, node: Node, name: str | None = None) -> Bundle:
    """The file as it is becomes the first version. Raises `Invalid` where it cannot be read."""
    bundle = Bundle()
    declared = node.get("name")
    prompt = name or slug(str(declared.value) if declared is not None else source.stem)
    ending = next((e for e in ENDINGS if source.path.endswith(e)), ENDINGS[0])
    path = f"prompts/{prompt}/v1{ending}"
    bundle.files[path] = source.read()
    parse(bundle.files[path], source.path, "v1")  # what is wrong is said where it stands
    bundle.take("prompt", PurePosixPath(source.path).name, node.location, path)
    bundle.prompts[prompt] = {"active": "v1"}
    data = node.get("testData")
    if data is not None and data.kind == "sequence":
        _Suite(bundle, prompt).convert(node, data)
    return bundle


class _Suite:
    def __init__(self, bundle: Bundle, name: str) -> None:
        self.bundle, self.name = bundle, name
        self.checks: list[dict[str, Any]] = []
        self.case_checks: list[str] = []  # kinds of string checks against `expected`
        self.rubric: dict[str, str] = {}
        self.judge: str | None = None
        self.compared = False

    def convert(self, node: Node, data: Node) -> None:
        evaluators = node.get("evaluators")
        for item in evaluators.value if evaluators is not None else ():
            self._evaluator(item)
        cases = [self._case(index, item) for index, item in enumerate(data.value, 1)]
        entry: dict[str, Any] = {"cases": self.bundle.add_cases(self.name, cases)}
        entry |= self._scoring(node)
        model = node.get("model")
        identity = model_id(str(model.value).removeprefix("openai/")) if model is not None else None
        entry |= {"model": identity} if identity else {}
        if self.rubric:
            entry["judge"] = ({"model": self.judge} if self.judge else {}) | {"rubric": self.rubric}
        entry |= {"checks": self.checks} if self.checks else {}
        self.bundle.evals[self.name] = entry

    def _case(self, index: int, item: Node) -> dict[str, Any]:
        values = item.plain() if item.kind == "mapping" else {}
        expected = values.pop("expected", None)
        case: dict[str, Any] = {"id": f"row-{index}", "inputs": values}
        if isinstance(expected, str):
            case["reference"] = expected
            self.compared = True
            if self.case_checks:
                case["checks"] = [_STRING[kind](expected) for kind in self.case_checks]
        self.bundle.take("case", case["id"], item.location, f"evals/{self.name}/cases.jsonl")
        return case

    def _evaluator(self, item: Node) -> None:
        body = item.plain() if item.kind == "mapping" else {}
        name = str(body.get("name", "evaluator"))
        if isinstance(body.get("string"), dict):
            self._strings(name, body["string"], item)
        elif isinstance(body.get("llm"), dict):
            self._take_rubric(name, body["llm"], item)
        else:
            uses = str(body.get("uses", "")).removeprefix("github/")
            if uses in _GRADED:
                self._dimension(name, _GRADED[uses], item)
            else:
                self.bundle.refuse("check", name, item.location, f"there is no check like {uses!r}")

    def _strings(self, name: str, conditions: dict[str, Any], item: Node) -> None:
        for kind, text in conditions.items():
            if kind not in _STRING or not isinstance(text, str):
                self.bundle.refuse("check", name, item.location, f"there is no check like {kind!r}")
            elif _EXPECTED.fullmatch(text):
                self.case_checks.append(kind)
                self.bundle.take("check", name, item.location, f"{kind} the expected text")
            elif "{{" in text:
                self.bundle.refuse("check", name, item.location, "its text is a template")
            else:
                check = _STRING[kind](text)
                self.checks.append(check)
                self.bundle.take("check", name, item.location, next(iter(check)))

    def _take_rubric(self, name: str, llm: dict[str, Any], item: Node) -> None:
        question = str(llm.get("prompt", ""))
        text = re.sub(r"\{\{.*?\}\}", "", f"{llm.get('systemPrompt', '')} {question}")
        if not text.strip():
            self.bundle.refuse("rubric", name, item.location, "it has no prompt")
            return
        self.judge = self.judge or model_id(str(llm.get("modelId", "")).removeprefix("openai/"))
        self._dimension(name, shorten(text, 500), item)

    def _dimension(self, name: str, text: str, item: Node) -> None:
        dimension = unique(slug(name, "rubric"), self.rubric)
        self.rubric[dimension] = text
        self.bundle.take("rubric", name, item.location, f"dimension {dimension}, graded 1 to 5")

    def _scoring(self, place: Node) -> dict[str, Any]:
        parts = ["judge"] if self.rubric else []
        parts += ["checks"] if self.checks or self.case_checks else []
        parts = parts or (["rouge_l"] if self.compared else ["checks"])
        weights = dict.fromkeys(parts, 1 / len(parts))
        chosen = 1.0 if parts == ["checks"] else CHOSEN
        reason = GUESS if chosen < 1 else "threshold: every check must hold"
        self.bundle.take("threshold", str(chosen), place.location, reason)
        return {"weights": weights, "threshold": chosen}
