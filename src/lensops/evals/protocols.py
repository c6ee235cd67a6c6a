"""What evals need of models, as Protocols, and the requests and replies that pass between."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from collections.abc import Generator as Stream
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Protocol

from lensops.prompts import DigestForm, Prompt, ResponseFormat, request_body

Output = str | Mapping[str, Any] | list[Any]

# Part of every judge request's digest. Whoever changes the words in which a judge is asked changes
# this too, so that replies to the old words are no longer found.
RECIPE = "judge/v1"


class _Forms:
    """What requests have in common in their digests, made once: by all that they have in common."""

    def __init__(self) -> None:
        self._forms: dict[Hashable, DigestForm] = {}

    def of(self, shared: Hashable, make: Callable[[], DigestForm]) -> DigestForm:
        """The form of these requests."""
        form = self._forms.get(shared)
        if form is None:
            if len(self._forms) >= MANY_FORMS:
                self._forms.clear()
            form = self._forms[shared] = make()
        return form


MANY_FORMS = 1_000
_FORMS = _Forms()


@dataclass(frozen=True)
class AnswerRequest:
    """One question to the model under test: a case under a prompt version.

    `inputs` are those that the prompt uses, so that a new input for a later version leaves the
    recordings of earlier ones valid. `server` is the `base_url` as the manifest spells it.
    """

    case_id: str
    prompt: Prompt
    inputs: Mapping[str, Any]
    model: str | None = None
    server: str | None = None
    sample: int = 0

    def parts(self) -> dict[str, Any]:
        """What the digest covers, as JSON values; the case's id is not part of it.

        What 0.1 could not ask (tools, a named schema) is left out where it is not there, so that
        what 0.1 recorded is found.
        """
        content = self.prompt.content()
        tools, response = content.pop("tools"), content.pop("response_format")
        schema = self.prompt.output_schema
        return {
            **content,
            **({"tools": tools} if tools else {}),
            **({"response_format": response} if response != _plain_format(schema) else {}),
            "output_schema": None if schema is None else dict(schema),
            "inputs": dict(self.inputs),
            "model": self.model,
            "server": self.server,
            "sample": self.sample,
        }

    def body(self) -> dict[str, Any]:
        """The request as the application makes it, but for the model that an eval may name."""
        return request_body(self.prompt, self.inputs, self.model)

    @cached_property
    def digest(self) -> str:
        """The key of the recording."""
        shared = (self.prompt.digest, self.model, self.server, self.sample)
        form = _FORMS.of(shared, lambda: DigestForm("answer", self.parts(), "inputs"))
        return form.digest(inputs=dict(self.inputs))


def _plain_format(schema: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """How a bare `output_schema` is asked for."""
    return None if schema is None else ResponseFormat(schema).content()


@dataclass(frozen=True)
class AnswerReply:
    """What the model under test said: an output, or the error after the last retry.

    `cost` is in US dollars, `latency_s` in seconds; None where the provider does not say.
    """

    request: AnswerRequest
    output: Output | None
    error: str | None = None
    model: str | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    latency_s: float | None = None
    cost: float | None = None
    finish_reason: str | None = None  # `length`: the output was cut off
    ends: str | None = None  # the day on which its provider says that the model ends


@dataclass(frozen=True)
class GradeRequest:
    """One vote of the judge on one output. `text` is the whole output and is data, not orders."""

    case_id: str
    text: str
    inputs: Mapping[str, Any]
    rubric: Mapping[str, str]
    model: str | None = None
    temperature: float = 0.0
    server: str | None = None
    sample: int = 0

    def parts(self) -> dict[str, Any]:
        """What the digest covers, as JSON values; the case's id is not part of it."""
        return {
            "recipe": RECIPE,
            "text": self.text,
            "inputs": dict(self.inputs),
            "rubric": dict(self.rubric),
            "model": self.model,
            "temperature": self.temperature,
            "server": self.server,
            "sample": self.sample,
        }

    @cached_property
    def digest(self) -> str:
        """The key of the recording."""
        rubric, temperature = tuple(self.rubric.items()), repr(self.temperature)
        shared = (rubric, self.model, temperature, self.server, self.sample)
        form = _FORMS.of(shared, lambda: DigestForm("grade", self.parts(), "inputs", "text"))
        return form.digest(inputs=dict(self.inputs), text=self.text)


@dataclass(frozen=True)
class GradeReply:
    """The judge's vote: a grade 1 to 5 for each dimension of the rubric, or None after retries."""

    request: GradeRequest
    grades: Mapping[str, int] | None
    reason: str = ""
    error: str | None = None
    model: str | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    latency_s: float | None = None
    cost: float | None = None
    ends: str | None = None


@dataclass(frozen=True, slots=True)
class Unavailable:
    """In place of a writer or a judge: why there is none, such as a missing key, in a few words."""

    reason: str
    hint: str | None = None


class Generator(Protocol):
    """Who answers cases. Replies come as they arrive, in any order, one for each request."""

    @property
    def identity(self) -> str:
        """The model's name, such as `openai:gpt-6-luna`."""

    def answer(self, requests: Sequence[AnswerRequest]) -> Stream[AnswerReply, None, None]:
        """Ask. Raises `RemoteFailed` where asking on makes no sense: no quota, no rights."""


class Judge(Protocol):
    """Who grades outputs. Replies come as they arrive, in any order, one for each request."""

    @property
    def identity(self) -> str:
        """The model's name, such as `openai:gpt-6.1-sol`."""

    def grade(self, requests: Sequence[GradeRequest]) -> Stream[GradeReply, None, None]:
        """Ask. Raises `RemoteFailed` where asking on makes no sense: no quota, no rights."""


class Mode(StrEnum):
    """Whether models are asked for what has no recording, and whether replies are kept."""

    ASK = "ask"
    RECORD = "record"
    REPLAY = "replay"


class ProgressListener(Protocol):
    """Follows how the asking of models goes on."""

    def begin(self, what: str, model: str, total: int) -> None:
        """So many requests are put to a model; `what` is `outputs` or `votes`."""

    def on_reply(self, reply: AnswerReply | GradeReply) -> None:
        """A reply came."""

    def note(self, text: str) -> None:
        """Something about what is asked, such as that a batch is under way."""

    def end(self) -> None:
        """The last of these replies has come."""


class NullProgress:
    """Listens to nothing."""

    def begin(self, what: str, model: str, total: int) -> None: ...
    def on_reply(self, reply: AnswerReply | GradeReply) -> None: ...
    def note(self, text: str) -> None: ...
    def end(self) -> None: ...


@dataclass(frozen=True, slots=True)
class ModelFactory:
    """How the two kinds of models are reached, once something is to be asked.

    A generator is of a model's name and the `base_url` of a server, where there is one.
    """

    generator: Callable[[str | None, str | None], Generator | Unavailable]
    judge: Callable[[], Judge | Unavailable]
