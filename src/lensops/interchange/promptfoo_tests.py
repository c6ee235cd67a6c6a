"""The tests of a promptfoo configuration as an eval: cases, checks, rubric, weights, threshold."""

from __future__ import annotations

import csv
import io
import itertools
import json
from collections.abc import Iterable, Iterator
from typing import Any

from lensops.errors import Location, UserError
from lensops.interchange.assertions import checks_of
from lensops.interchange.bundle import Bundle
from lensops.interchange.source import Source, json_node, relocate
from lensops.interchange.templates import name_unread, slug, unique
from lensops.manifest import Node

METRICS = {"bleu": "bleu", "rouge-n": "rouge_1"}  # assertions that compare with a reference
_OF_TESTS = ("vars", "assert", "description")
_NO_PLACE = {
    "weight": "checks of an eval weigh the same",
    "threshold": "an assertion has no threshold of its own here",
    "provider": "the model of the judge is that of the eval",
    "rubricPrompt": "the judge has a prompt of its own",
    "config": "it has no settings here",
}
GUESS = "threshold: a first guess, to be found with `lensops calibrate`"
CHOSEN = 0.75  # the threshold of an eval whose source has none


class Suite:
    """The tests of a configuration on their way to an eval of the manifest."""

    def __init__(self, source: Source, bundle: Bundle, name: str) -> None:
        self.source, self.bundle, self.name = source, bundle, name
        self.rubric: dict[str, str] = {}
        self.metrics: set[str] = set()
        self.cases: dict[str, dict[str, Any]] = {}
        self.checked = False

    def convert(self, node: Node, model: str | None) -> None:
        default = node.get("defaultTest")
        checks = self._checks(default, {}, shared=True) if default is not None else []
        if default is not None:
            name_unread(
                self.bundle,
                default,
                (*_OF_TESTS, "threshold"),
                "setting",
                "a case has no such setting",
            )
        shared = default.get("vars") if default is not None else None
        for test in self._tests(self.source, node.get("tests")):
            self._case(test, shared.plain() if shared is not None else {})
        if not self.cases:
            return
        entry: dict[str, Any] = {"cases": self.bundle.add_cases(self.name, [*self.cases.values()])}
        entry["weights"] = self._weights()
        entry["threshold"] = self._threshold(default, node)
        entry |= self._options(node.get("evaluateOptions"))
        entry |= {"model": model} if model else {}
        entry |= {"judge": {"rubric": self.rubric}} if self.rubric else {}
        entry |= {"checks": checks} if checks else {}
        self.bundle.evals[self.name] = entry

    def _tests(self, source: Source, node: Node | None) -> Iterator[Node]:
        items = node.value if node is not None and node.kind == "sequence" else (node,)
        for item in items:
            if item is None or item.kind == "mapping":
                yield from [item] if item is not None else []
                continue
            reference = str(item.value).removeprefix("file://")
            try:
                for file in source.matching(reference):
                    yield from self._read_tests(file)
            except UserError as error:
                self.bundle.refuse("case", reference, item.location, error.message)

    def _read_tests(self, source: Source) -> Iterator[Node]:
        if source.path.endswith(".csv"):
            yield from read_rows(source.text(), source.path)
        elif source.path.endswith(".jsonl"):
            for number, line in enumerate(source.text().splitlines(), 1):
                if line.strip():
                    yield relocate(json_node(line.encode(), source.path), number)
        elif source.path.endswith((".yaml", ".yml", ".json")):
            yield from self._tests(source, source.node())
        else:
            raise UserError("tests come from YAML, JSON, JSONL or CSV; nothing is run or fetched")

    def _case(self, test: Node, shared: dict[str, Any]) -> None:
        name_unread(self.bundle, test, _OF_TESTS, "case", "a case has no such setting")
        variables = test.get("vars")
        values = shared | (
            variables.plain() if variables is not None and variables.kind == "mapping" else {}
        )
        described = test.get("description")
        title = str(described.value) if described is not None else f"test-{len(self.cases) + 1}"
        case: dict[str, Any] = {}
        checks = self._checks(test, case, shared=False)
        lists = {key: value for key, value in values.items() if isinstance(value, list)}
        for combination in itertools.product(*lists.values()):
            identity = unique(slug(title, "test"), self.cases)
            inputs = values | dict(zip(lists, combination, strict=True))
            body = {"id": identity, "inputs": inputs, **case}
            self.cases[identity] = body | ({"checks": checks} if checks else {})
        self.bundle.take("case", title, test.location, f"evals/{self.name}/cases.jsonl")

    def _checks(self, test: Node, case: dict[str, Any], *, shared: bool) -> list[dict[str, Any]]:
        """The checks of a test; rubrics and references of it go where they belong."""
        assertions = test.get("assert")
        items = assertions.value if assertions is not None and assertions.kind == "sequence" else ()
        checks: list[dict[str, Any]] = []
        for item in items:
            body = item.plain() if item.kind == "mapping" else {}
            kind, value = str(body.get("type", "")), body.get("value")
            if kind == "llm-rubric" and shared and isinstance(value, str):
                dimension = unique(slug(str(body.get("metric", "rubric")), "rubric"), self.rubric)
                self.rubric[dimension] = " ".join(value.split())
                self.bundle.take("rubric", kind, item.location, f"dimension {dimension}")
                self._name_rest(body, kind, item)
            elif kind == "llm-rubric":
                reason = "a rubric grades every case; put it into defaultTest"
                self.bundle.refuse("rubric", kind, item.location, reason)
            elif kind in METRICS and isinstance(value, str) and not shared:
                case["references"] = [*case.get("references", []), value]
                self.metrics.add(METRICS[kind])
                self.bundle.take("check", kind, item.location, f"reference, {METRICS[kind]}")
                self._name_rest(body, kind, item)
            else:
                checks += self._convert_check(body, kind, item)
        return checks

    def _name_rest(self, body: dict[str, Any], kind: str, item: Node) -> None:
        """What an assertion says besides its type and value."""
        for key in body.keys() & _NO_PLACE.keys():
            self.bundle.refuse("check", f"{kind} {key}", item.location, _NO_PLACE[key])

    def _convert_check(self, body: dict[str, Any], kind: str, item: Node) -> list[dict[str, Any]]:
        checks = checks_of(body)
        if isinstance(checks, str):
            self.bundle.refuse("check", kind or "assertion", item.location, checks)
            return []
        self.checked = True
        self._name_rest(body, kind, item)
        checks = [self._with_file(check) for check in checks]
        self.bundle.take("check", kind, item.location, ", ".join(key for c in checks for key in c))
        return checks

    def _with_file(self, check: dict[str, Any]) -> dict[str, Any]:
        """A schema moves into a file of its own."""
        if "json_schema" not in check:
            return check
        text = json.dumps(check["json_schema"], indent=2, ensure_ascii=False) + "\n"
        path = f"evals/{self.name}/schema.json"
        number = itertools.count(2)
        while self.bundle.files.get(path, text.encode()) != text.encode():
            path = f"evals/{self.name}/schema-{next(number)}.json"
        self.bundle.files[path] = text.encode()
        return {"json_schema": path}

    def _weights(self) -> dict[str, float]:
        """Equal parts, in hundredths that sum to 1."""
        parts = [*sorted(self.metrics), *(["judge"] if self.rubric else [])]
        parts += ["checks"] if self.checked or not parts else []
        share = 100 // len(parts)
        weights = dict.fromkeys(parts, share / 100)
        weights[parts[-1]] = (100 - share * (len(parts) - 1)) / 100
        return weights

    def _options(self, options: Node | None) -> dict[str, Any]:
        """What a run of promptfoo says that an eval says as well."""
        entry: dict[str, Any] = {}
        for key, value in options.value if options is not None else ():
            if key.value == "repeat" and type(value.value) is int:
                entry["samples"] = value.value
            elif key.value == "maxConcurrency" and type(value.value) is int:
                entry["limits"] = {"concurrency": value.value}
            else:
                reason = "it is for a run of promptfoo"
                self.bundle.refuse("setting", str(key.value), key.location, reason)
                continue
            self.bundle.take("setting", str(key.value), key.location, str(value.value))
        return entry

    def _threshold(self, default: Node | None, node: Node) -> float:
        declared = default.get("threshold") if default is not None else None
        if declared is not None and isinstance(declared.value, int | float):
            self.bundle.take("threshold", str(declared.value), declared.location, "threshold")
            return float(declared.value)
        chosen = CHOSEN if self.rubric or self.metrics else 1.0
        reason = GUESS if chosen < 1 else "threshold: every check must hold, as in promptfoo"
        self.bundle.take("threshold", str(chosen), node.location, reason)
        return chosen


def read_rows(text: str, path: str) -> Iterator[Node]:
    """Each row as a test: `__expected` columns are assertions, columns without `__` variables."""
    rows = csv.DictReader(io.StringIO(text))
    for row in rows:
        yield _test(row, Location(path, rows.line_num))


def _test(row: dict[str, Any], location: Location) -> Node:
    inputs = [(k, _scalar(v, location)) for k, v in row.items() if k and not k.startswith("__")]
    expected = [str(v) for k, v in row.items() if k and k.startswith("__expected") and v]
    assertions = [_assertion(text, location) for text in expected]
    pairs = [("vars", _mapping(inputs, location))]
    pairs += [("assert", Node("sequence", tuple(assertions), location, 0, 0))]
    if row.get("__description"):
        pairs += [("description", _scalar(row["__description"], location))]
    return _mapping(pairs, location)


def _assertion(text: str, location: Location) -> Node:
    """promptfoo's short form of an assertion: `type: value`, or the text that is expected."""
    kind, colon, value = text.partition(":")
    pairs = [("type", "equals"), ("value", text)]
    if text == "is-json":
        pairs = [("type", text)]
    elif colon and " " not in kind.strip():
        pairs = [("type", kind.strip()), ("value", value.strip())]
    return _mapping([(key, _scalar(item, location)) for key, item in pairs], location)


def _scalar(value: Any, location: Location) -> Node:
    return Node("scalar", value, location, 0, 0)


def _mapping(pairs: Iterable[tuple[str, Node]], location: Location) -> Node:
    keyed = tuple((_scalar(key, location), value) for key, value in pairs)
    return Node("mapping", keyed, location, 0, 0)
