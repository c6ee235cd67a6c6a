"""The URL of a warehouse: secrets literally in their place, and in no message."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import pytest

from lensops.errors import UserError
from lensops.flows.connection import expand_url, url_cleaner

URL = "postgres://reader:${TEST_SECRET_WORD}@${TEST_HOST}/db"
SECRETS = ["plain-one", "p@ss/w0rd", "s-ecret@evil.example/x?y#z", "100%:sure", "ünï cödé"]


@pytest.mark.parametrize("secret", SECRETS)
def test_a_password_is_taken_literally(secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_SECRET_WORD", secret)
    monkeypatch.setenv("TEST_HOST", "db.example.com:5433")
    parts = urlsplit(expand_url(URL))
    assert unquote(parts.password or "") == secret
    assert (parts.username, parts.hostname, parts.port) == ("reader", "db.example.com", 5433)


@pytest.mark.parametrize("secret", SECRETS)
def test_no_part_of_a_password_is_in_a_message(
    secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_SECRET_WORD", secret)
    monkeypatch.setenv("TEST_HOST", "db.example.com")
    clean = url_cleaner(URL)
    for piece in (secret, secret.rpartition("@")[2], expand_url(URL)):
        cleaned = clean(f"failed to resolve host '{piece}'")
        assert secret not in cleaned
        assert secret.rpartition("@")[2] not in cleaned


def test_a_variable_that_is_not_set_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEST_SECRET_WORD", raising=False)
    with pytest.raises(UserError, match="is not set"):
        expand_url(URL)


AMBIGUOUS = ["p@ss/w0rd", "a@b", "pa#ss", "pa?ss", "p/ss", "@", "x@evil.example/?#"]


@pytest.mark.parametrize("secret", AMBIGUOUS)
def test_no_part_of_a_password_is_taken_for_a_host(
    secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the whole URL comes from the environment, or is written out, nothing is encoded."""
    written = f"postgres://reader:{secret}@db.example.com/db"
    monkeypatch.setenv("TEST_URL", written)
    for url in (written, "${TEST_URL}"):
        with pytest.raises(UserError, match="a sign that a URL gives a meaning to") as error:
            expand_url(url)
        assert secret not in f"{error.value} {error.value.hint}".replace("user:${NAME}@host", "")


@pytest.mark.parametrize(
    "url",
    [
        "postgres://reader:p%40ss@db.example.com:5432/db?sslmode=require",
        "postgres://db.example.com/db",
        "bigquery://project/data.set?location=EU",
        "duckdb://md:database",
        "pyspark://?spark.master=local[2]",
        "trino://user@host:8443/catalog/schema",
    ],
)
def test_other_urls_are_left_alone(url: str) -> None:
    assert expand_url(url) == url
