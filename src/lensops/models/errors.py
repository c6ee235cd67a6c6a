"""Faults: what an error of a provider means: try again, give up this request, or end the run."""

from __future__ import annotations

import socket
from dataclasses import dataclass

from lensops.models.rate_windows import requested_wait, retry_after

STOP = {
    401: "the key is not accepted; check the environment variable",
    402: "the account has no credit; see the provider's billing page",
    403: "the key may not use this model; check its rights",
    404: "there is no such model or address; check `model` and `base_url`",
}
AGAIN = {408, 409, 425, 429}
_NO_HOST = "there is no such host; check `base_url` and DNS"
_REFUSED = "the connection was refused"
_UNREACHED = (_NO_HOST, _REFUSED)  # faults of requests that no model has seen
_LONG = 300  # characters of a provider's words that are kept


class NoReply(Exception):
    """A server answered with success, and with something that is no reply of a model."""


@dataclass(frozen=True, slots=True)
class Fatal:
    """Asking on makes no sense; `hint` says what would."""

    reason: str
    hint: str


@dataclass(frozen=True, slots=True)
class Retryable:
    """It may work later; `wait` is what the provider asks for, in seconds.

    `is_billed`: the model may have answered all the same, so that it costs. `is_limit`: too much
    was asked within a window, mostly a minute.
    """

    reason: str
    wait: float | None = None
    is_billed: bool = False
    is_limit: bool = False


@dataclass(frozen=True, slots=True)
class Exhausted:
    """This request does not work; others may."""

    reason: str
    is_billed: bool = False


Fault = Fatal | Retryable | Exhausted


def fault_of(error: Exception) -> Fault:
    """What an error while asking means."""
    if no_reply := _no_reply(error):
        return Retryable(describe(no_reply), is_billed=True)
    if (status := getattr(error, "status_code", None)) is not None:
        return _of_response(error, int(status))
    kind = _category(error)
    reason = describe(error) if kind is None else f"{kind}{_address(error)}: {describe(error)}"
    if isinstance(error, TimeoutError):
        return Retryable("no answer in time (limits.call_timeout)", is_billed=True)
    if kind is not None or isinstance(error, OSError):
        return Retryable(reason, is_billed=kind not in _UNREACHED)
    if type(error).__module__.startswith("pydantic_ai"):
        return Exhausted(reason, is_billed=True)
    return Exhausted(f"{type(error).__name__}: {reason}", is_billed=True)


def _no_reply(error: BaseException) -> NoReply | None:
    """The `NoReply` that libraries have wrapped in errors of their own."""
    return next((cause for cause in _chain(error) if isinstance(cause, NoReply)), None)


def _category(error: Exception) -> str | None:
    """What kept a request from reaching the server or its answer from coming back, or None."""
    from openai import APIConnectionError, APITimeoutError
    from pydantic_ai.exceptions import ModelAPIError

    if not isinstance(error, APIConnectionError | ModelAPIError):
        return None
    chain = _chain(error)
    if isinstance(error, APITimeoutError) or any("Timeout" in type(e).__name__ for e in chain):
        return "no answer in time"
    if any(isinstance(e, socket.gaierror) or "Name or service" in str(e) for e in chain):
        return _NO_HOST
    if any(isinstance(e, ConnectionRefusedError) or "refused" in str(e).lower() for e in chain):
        return _REFUSED
    return "the connection broke off"


def _address(error: Exception) -> str:
    """Where a request went, such as ` (http://127.0.0.1:8000/v1)`; nothing where none tells."""
    for cause in _chain(error):
        request = getattr(cause, "__dict__", {}).get("_request") or vars(cause).get("request")
        if url := getattr(request, "url", None):
            path = str(url.path).removesuffix("/chat/completions")
            return f" ({url.scheme}://{url.netloc.decode()}{path})"
    return ""


def _chain(error: BaseException) -> list[BaseException]:
    """An error and what it came of."""
    chain = [error]
    while (cause := chain[-1].__cause__ or chain[-1].__context__) and len(chain) < 20:
        chain.append(cause)
    return chain


def describe(error: BaseException) -> str:
    """An error in one line of bounded length."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= _LONG else text[: _LONG - 1] + "…"


def _of_response(error: Exception, status: int) -> Fault:
    """What an HTTP status other than success means; providers' libraries carry it alike."""
    response = getattr(error, "response", None)
    headers = getattr(error, "headers", None) or getattr(response, "headers", None) or {}
    reason = describe(error)
    if _is_quota(error):
        return Fatal(reason, "the quota is used up; raise it, or wait until it is renewed")
    return _of_status(status, reason, {str(k).lower(): str(v) for k, v in headers.items()})


def _is_quota(error: Exception) -> bool:
    from pydantic_ai.exceptions import ModelQuotaExceededError

    code = getattr(error, "code", None)
    return isinstance(error, ModelQuotaExceededError) or code == "insufficient_quota"


def _of_status(status: int, reason: str, headers: dict[str, str]) -> Fault:
    if hint := STOP.get(status):
        return Fatal(reason, hint)
    if status == 429:
        wait = requested_wait(headers)
        return Retryable(f"the rate limit was reached: {reason}", wait, is_limit=True)
    if status in (503, 529):
        return Retryable(f"the provider is overloaded: {reason}", retry_after(headers))
    if status in AGAIN or status >= 500:
        return Retryable(reason, retry_after(headers))
    return Exhausted(f"the provider refused the request: {reason}")
