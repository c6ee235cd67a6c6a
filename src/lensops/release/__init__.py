"""Releases: the value that targets serve, and the record that an apply leaves."""

from typing import TYPE_CHECKING

from lensops.lazy import load_names

if TYPE_CHECKING:
    from lensops.release.body import parse_release, parse_verified
    from lensops.release.record import (
        MAX_SEQUENCE,
        Draft,
        Entry,
        Kind,
        Record,
        Served,
        next_record,
        read_record,
        served_prompts,
    )
    from lensops.release.statement import (
        NOTHING_STATED,
        Override,
        Promotion,
        Statement,
        read_statement,
    )
    from lensops.release.value import SCHEMA, Release, desired_release

__all__ = [
    "MAX_SEQUENCE",
    "NOTHING_STATED",
    "SCHEMA",
    "Draft",
    "Entry",
    "Kind",
    "Override",
    "Promotion",
    "Record",
    "Release",
    "Served",
    "Statement",
    "desired_release",
    "next_record",
    "parse_release",
    "parse_verified",
    "read_record",
    "read_statement",
    "served_prompts",
]

__getattr__ = load_names(
    __name__,
    {
        "body": ("parse_release", "parse_verified"),
        "record": (
            "MAX_SEQUENCE",
            "Draft",
            "Entry",
            "Kind",
            "Record",
            "Served",
            "next_record",
            "read_record",
            "served_prompts",
        ),
        "statement": ("NOTHING_STATED", "Override", "Promotion", "Statement", "read_statement"),
        "value": ("SCHEMA", "Release", "desired_release"),
    },
)
