"""Files of other tools, written for these tests: what `lensops import` reads."""

from __future__ import annotations

import json
from typing import Any

PROMPTFOO = """\
description: Translate offers
prompts:
  - "Say {{text}} in {{language}}."
  - file://variants.txt
providers: [openai:gpt-4o-mini]
defaultTest:
  assert:
    - {type: not-contains, value: As an AI}
tests:
  - description: Hello
    vars: {text: hello, language: [French, Spanish]}
"""
VARIANTS = "Translate {{text}} to {{ language }}.\n---\nSay {{ text | upper }}\n"

PROMPT_YML = """\
name: Summarise
model: openai/gpt-4o-mini
modelParameters: {temperature: 0.3}
messages:
  - {role: system, content: You summarise notes.}
  - {role: user, content: "Summarise: {{input}}"}
testData:
  - {input: The cat sat., expected: A cat sat.}
  - {input: It rained all day., expected: Rain.}
evaluators:
  - name: has the text
    string: {contains: "{{expected}}"}
  - name: no preamble
    string: {startsWith: A}
  - name: Coherent
    uses: github/coherence
  - name: alike
    uses: github/similarity
"""

LANGFUSE: dict[str, Any] = {
    "prompts": [
        {
            "name": "Offer Copy",
            "version": version,
            "type": "chat",
            "prompt": [
                {"role": "system", "content": f"You write offers, wording {version}."},
                {"role": "user", "content": "For {{segment}}."},
            ],
            "labels": labels,
            "config": {"model": "gpt-4o-mini", "temperature": 0.5, "region": "eu"},
        }
        for version, labels in ((3, ["latest"]), (2, ["production", "canary"]), (1, []))
    ]
    + [
        {"name": "held", "version": 1, "prompt": [{"type": "placeholder", "name": "history"}]},
        {"name": "logic", "version": 1, "prompt": "{{#each items}}x{{/each}}"},
    ],
    "datasetItems": {
        "data": [
            {
                "id": "i1",
                "datasetName": "Offer Copy",
                "input": {"segment": "students"},
                "expectedOutput": "Cheap coffee.",
            },
            {"id": "i2", "datasetName": "other", "input": {"segment": "x"}},
        ]
    },
}

SYSTEM = """\
version: {version}
system: You write {mood} offers.
user_template: "Write for {{segment}} with {{points}} points."
"""
PAIR = {
    "app/prompts/system_v1.yaml": SYSTEM.format(version="v1", mood="warm"),
    "app/prompts/system_v2.yaml": SYSTEM.format(version="v2", mood="punchy"),
    "app/prompts/active.json": json.dumps(
        {"version": "v2", "activated_at": "2026-04-12T09:30:00Z"}
    ),
    "app/prompts/history.json": json.dumps(
        [
            {"version": "v1", "activated_at": "2026-03-01T08:00:00+01:00", "previous": None},
            {"version": "v2", "activated_at": "2026-04-10T10:00:00Z", "previous": "v1"},
            {"version": "v1", "activated_at": "2026-04-11T10:00:00Z", "previous": "v2"},
            {"version": "v2", "activated_at": "2026-04-12T09:30:00Z", "previous": "v1"},
            {"version": "v9", "activated_at": "2026-04-13T09:30:00Z", "previous": "v2"},
            {"version": "v2", "activated_at": "yesterday", "previous": "v1"},
        ],
        indent=2,
    ),
}

RESULTS: dict[str, Any] = {
    "evalId": "eval-1",
    "config": {
        "description": "Greet",
        "prompts": ["Greet {{name}}.", "Greet {{name}} warmly."],
        "providers": ["openai:gpt-4o-mini"],
        "tests": [
            {"vars": {"name": "Ada"}, "assert": [{"type": "contains", "value": "Ada"}]},
            {"vars": {"name": "Bo"}, "assert": [{"type": "contains", "value": "Bo"}]},
        ],
    },
    "results": {
        "prompts": [{"raw": "Greet {{name}}."}, {"raw": "Greet {{name}} warmly."}],
        "results": [
            {
                "promptIdx": prompt,
                "testIdx": test,
                "provider": {"id": "openai:gpt-4o-mini"},
                "response": {"output": f"Hello {name}{'!' * prompt}"},
            }
            for test, name in enumerate(["Ada", "Bo"])
            for prompt in (0, 1)
        ],
    },
}

ALL = {
    "promptfooconfig.yaml": PROMPTFOO,
    "variants.txt": VARIANTS,
    "summarise.prompt.yml": PROMPT_YML,
    "results.json": json.dumps(RESULTS, indent=1),
    "langfuse.json": json.dumps(LANGFUSE, indent=2),
    **PAIR,
}
