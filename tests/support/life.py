"""A project with a life: 39 commits, two prompts in six versions, results, a rollback, two targets.

Everything is made by the flows themselves on real files; only the times are a table's, so that
charts have weeks to show. `python -m support.life FOLDER` leaves it in a folder to look at.
"""

from __future__ import annotations

import json
import random
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from lensops.evals.protocols import Mode
from lensops.flows.apply import carry_out, prepare
from lensops.flows.drift import run_drift
from lensops.flows.project import open_project
from lensops.flows.run_evals import run_evals
from lensops.flows.run_options import RunOptions
from lensops.manifest.locate import ProjectRef
from lensops.render.json import envelope
from lensops.report.drift import data as drift_data
from lensops.report.eval import data as eval_data
from support.evaluated import BAD, ROOT
from support.repo import Repo

FIRST = datetime(2026, 8, 3, 8, 30, tzinfo=UTC)
PEOPLE = {
    "maya": "Maya Okafor <maya@bean-leaf.example>",
    "jonas": "Jonas Lindqvist <jonas@bean-leaf.example>",
    "priya": "Priya Raman <priya@bean-leaf.example>",
}
REPLY_CASES = 12
COMMITS = 39
# day, author, subject, and what happens at that commit
STEPS: tuple[tuple[int, str, str, tuple[str, ...]], ...] = (
    (0, "jonas", "Begin: two prompts in one manifest", ("eval",)),
    (2, "jonas", "First release", ("apply staging", "apply production", "drift 0.00")),
    (14, "maya", "Shorter offers, one clear thing to do (#7)", ("offer_copy v2", "eval")),
    (15, "maya", "Offers v2 live", ("apply staging", "apply production", "drift 0.01")),
    (28, "priya", "Replies name the next step (#11)", ("support_reply v2", "eval")),
    (29, "priya", "Replies v2 live", ("apply staging", "apply production", "drift 0.02")),
    (35, "maya", "Try a flash sale voice (#13)", ("offer_copy v3", "eval", "apply staging")),
    (36, "jonas", "Revert the flash sale voice (#14)", ("offer_copy v2", "eval", "apply staging")),
    (50, "priya", "Replies apologise once (#18)", ("support_reply v3", "drift 0.035")),
    (52, "maya", "Name the offer in the first sentence (#19)", ("offer_copy v4", "eval")),
    (71, "jonas", "Offers v4 live", ("apply staging", "apply production", "drift 0.06")),
    (78, "priya", "Replies sign with a name (#24)", ("support_reply v4", "eval")),
    (80, "priya", "Replies v4 on staging", ("apply staging", "drift 0.09")),
    (86, "maya", "Offers speak of the drink (#27)", ("offer_copy v5", "eval", "apply staging")),
    (92, "priya", "Replies ask one question (#29)", ("support_reply v5", "drift 0.13")),
    (99, "priya", "Replies in the guest's language (#31)", ("support_reply v6", "eval")),
    (106, "maya", "The end date stands in every offer (#35)", ("offer_copy v6", "eval")),
    (107, "maya", "Offers v6 on staging", ("apply staging", "drift 0.19")),
)
SHARES = {  # of the recorded outputs of v1, v2 and v3 that a version of offer_copy answers with
    "v1": (1.0, 0.0, 0.0),
    "v2": (0.0, 1.0, 0.0),
    "v3": (0.0, 0.0, 1.0),
    "v4": (0.25, 0.75, 0.0),
    "v5": (0.35, 0.60, 0.05),
    "v6": (0.08, 0.92, 0.0),
}
RULES = (
    "Never promise what the offer does not hold.",
    "Name the offer in the first sentence.",
    "Speak of the guest's favourite drink where it fits.",
    "Say until when the offer holds.",
)


@dataclass
class Life:
    """The project while it is made. `now` is the time of the table."""

    repo: Repo
    now: datetime = FIRST
    random: random.Random = field(default_factory=lambda: random.Random(7))

    def commit(self, author: str, subject: str) -> None:
        at = int(self.now.timestamp())
        self.repo.commit(subject, author=PEOPLE[author], at=at)

    def activate(self, prompt: str, version: str) -> None:
        path = self.repo.root / "lensops.yaml"
        lines = path.read_text().split("\n")
        index = lines.index(f"  {prompt}:") + 1
        lines[index] = f"    active: {version}"
        path.write_text("\n".join(lines))

    def evaluate(self) -> None:
        project = open_project(ProjectRef(self.repo.root))
        results = [
            run_evals(project, RunOptions((name,), outputs=self._outputs(name), mode=Mode.REPLAY))
            for name in project.manifest.evals
        ]
        joined = eval_data(replace(results[0], results=tuple(r.results[0] for r in results)))
        self._keep("eval", joined, project.desired.digest)

    def check_drift(self, shift: float) -> None:
        (self.repo.root / "data/current.csv").write_text(window(self.random, shift, self.now))
        project = open_project(ProjectRef(self.repo.root))
        self._keep("drift", drift_data(run_drift(project)), project.desired.digest)

    def apply(self, target: str, author: str) -> None:
        ready = prepare(ProjectRef(self.repo.root), targets=(target,))
        time = f"{self.now:%Y-%m-%dT%H:%M:%SZ}"
        draft = ready.draft._replace(time=time, actor=PEOPLE[author].partition(" <")[0])
        list(carry_out(replace(ready, draft=draft)))

    def _outputs(self, suite: str) -> Path:
        version = open_project(ProjectRef(self.repo.root)).active[suite].version
        return self.repo.root / f"outputs/{suite}_{version}.jsonl"

    def _keep(self, noun: str, data: dict[str, Any], release: str) -> None:
        folder = self.repo.root / f"{noun}_results"
        folder.mkdir(exist_ok=True)
        content = envelope(noun, {**data, "time": f"{self.now:%FT%TZ}", "release": release})
        (folder / f"{noun}_{self.now:%Y%m%dT%H%M%SZ}.json").write_text(content)


def make(root: Path) -> Repo:
    """The whole life, ending with production two versions behind staging and critical drift."""
    life = Life(Repo(root))
    life.repo.git("config", "user.name", "Jonas Lindqvist")
    life.repo.git("config", "user.email", "jonas@bean-leaf.example")
    life.repo.write(files(life.random))
    fillers = spread_fillers()
    for day, author, subject, actions in STEPS:
        for quiet_day in [d for d in fillers if d < day]:
            _quiet_commit(life, quiet_day)
            fillers.remove(quiet_day)
        life.now = FIRST + timedelta(days=day, minutes=17 * day % 300)
        for action in [a for a in actions if not a.startswith(("eval", "apply", "drift"))]:
            life.activate(*action.split())
        life.commit(author, subject)
        for minutes, action in enumerate(actions, 1):
            life.now += timedelta(minutes=20 * minutes)
            _act(life, action, author)
    return life.repo


def spread_fillers() -> list[int]:
    """Days of the commits that change nothing which is served."""
    count = COMMITS - len(STEPS)
    return [3 + index * 104 // count for index in range(count)]


def _quiet_commit(life: Life, day: int) -> None:
    life.now = FIRST + timedelta(days=day, hours=5)
    notes = life.repo.root / "NOTES.md"
    earlier = notes.read_text() if notes.exists() else "# Notes\n"
    notes.write_text(f"{earlier}\n- {life.now:%d %B}: what guests asked for\n")
    life.commit("priya" if day % 2 else "maya", "Notes on what guests asked for")


def _act(life: Life, action: str, author: str) -> None:
    verb, _, rest = action.partition(" ")
    acts: dict[str, Callable[[], None]] = {
        "eval": life.evaluate,
        "drift": lambda: life.check_drift(float(rest)),
        "apply": lambda: life.apply(rest, author),
    }
    if verb in acts:
        acts[verb]()


def window(source: random.Random, shift: float, day: datetime) -> str:
    """1,500 guests of a month; `shift` moves their scores and their recency."""
    lines = ["scored_on,guest_id,score,recency_days"]
    for number in range(1_500):
        score = min(max(source.betavariate(2.2, 3.4) + shift * 0.45, 0.0), 1.0)
        recency = int(source.expovariate(1 / (26 + 20 * shift)))
        lines.append(f"{day:%Y-%m-%d},g{number:05},{score:.4f},{recency}")
    return "\n".join(lines) + "\n"


def files(source: random.Random) -> dict[str, str | bytes]:
    """Everything that the first commit holds."""
    made: dict[str, str | bytes] = {
        "lensops.yaml": manifest(),
        "data/baseline.csv": window(source, 0.0, FIRST),
        "data/current.csv": window(source, 0.0, FIRST),
        "schemas/offer_copy.json": (ROOT / "schemas/offer_copy.json").read_bytes(),
        "evals/offer_copy/cases.jsonl": (ROOT / "evals/offer_copy/cases.jsonl").read_bytes(),
        ".gitignore": ".lensops/\neval_results/\ndrift_results/\n",
    }
    return made | dict(_offers()) | dict(_replies(source))


def manifest() -> str:
    """The sample's manifest with a second prompt and its eval."""
    text = (ROOT / "llmops.yaml").read_text().replace("active: v2", "active: v1")
    lines = [line.split(" # ")[0] for line in text.split("\n")[1:]]
    reply = "  support_reply:\n    active: v1\n    variables: [guest, question]\n"
    suite = (
        "  support_reply:\n    cases: evals/support_reply/cases.jsonl\n"
        "    weights: {bleu: 0.3, rouge_l: 0.7}\n    threshold: 0.55\n"
    )
    text = "\n".join(lines).replace("\nevals:", f"{reply}\nevals:")
    return text.replace("\ndrift:", f"{suite}\ndrift:")


def _offers() -> Iterator[tuple[str, str]]:
    """Six versions of offer_copy, their outputs, and the judge's votes on all of them."""
    recorded = {v: _rows(path) for v, path in _recordings().items()}
    votes = [row for rows in recorded.values() for row in rows if row["kind"] == "grade"]
    for number, (version, shares) in enumerate(SHARES.items(), 1):
        yield f"prompts/offer_copy/{version}.yaml", _offer_prompt(number)
        yield f"evals/offer_copy/recordings/{version}.jsonl", _lines(votes)
        yield f"outputs/offer_copy_{version}.jsonl", _lines(_mixed(recorded, shares))


def _recordings() -> dict[str, Path]:
    own = ROOT / "evals/offer_copy/recordings"
    return {"v1": own / "v1.jsonl", "v2": own / "v2.jsonl", "v3": BAD / "recordings/v3.jsonl"}


def _mixed(
    recorded: dict[str, list[dict[str, Any]]], shares: tuple[float, ...]
) -> Iterator[dict[str, Any]]:
    source = random.Random(3)
    outputs = {
        version: {row["case"]: row["output"] for row in rows if row["kind"] == "output"}
        for version, rows in recorded.items()
    }
    for case in outputs["v1"]:
        (version,) = source.choices(list(outputs), shares)
        yield {"id": case, "output": outputs[version][case]}


def _offer_prompt(number: int) -> str:
    if number == 3:
        return (BAD / "v3.yaml").read_text()
    text = (ROOT / f"prompts/offer_copy/v{min(number, 2)}.yaml").read_text()
    rules = "".join(f"  {rule}\n" for rule in RULES[: max(number - 2, 0)])
    text = text.replace("  Answer with one JSON", f"{rules}  Answer with one JSON")
    return text.replace("temperature: 0.3", f"temperature: {0.3 + (number > 4) * 0.1:.1f}")


def _replies(source: random.Random) -> Iterator[tuple[str, str]]:
    """Six versions of support_reply, whose outputs come ever nearer to the references."""
    questions = ("Where are my points?", "Can I bring my own cup?", "The app logs me out.")
    references = [
        f"Hi Ada, thank you for asking. {question} We looked into it, and step {number} is to "
        "open the app and tap Help. Anna at Bean & Leaf"
        for number in range(REPLY_CASES // 3)
        for question in questions
    ]
    cases = [
        {"id": f"reply-{i:02}", "inputs": {"guest": "Ada", "question": text}, "reference": text}
        for i, text in enumerate(references)
    ]
    yield "evals/support_reply/cases.jsonl", _lines(cases)
    rules = ("Name the next step.", "Apologise once at most.", "Sign with your name.")
    rules += ("Ask one question at most.", "Answer in the language of the question.")
    for number in range(1, 7):
        system = "".join(f"  {rule}\n" for rule in rules[: number - 1])
        text = f"system: |\n  You answer guests of Bean & Leaf.\n{system}"
        text += "user: |\n  {{ guest }} asks: {{ question }}\nmodel: openai:gpt-6-luna\n"
        yield f"prompts/support_reply/v{number}.yaml", text
        outputs = [
            {"id": case["id"], "output": _worn(source, str(case["reference"]), number)}
            for case in cases
        ]
        yield f"outputs/support_reply_v{number}.jsonl", _lines(outputs)


def _worn(source: random.Random, text: str, number: int) -> str:
    """The reference with some words left out, fewer in later versions."""
    keep = 0.72 + 0.03 * number
    return " ".join(word for word in text.split() if source.random() < keep) or text


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def _lines(rows: Any) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    shutil.rmtree(folder, ignore_errors=True)
    make(folder)
