"""Releases: the value that targets serve, and the record that an apply leaves."""

from lensops.release.body import content, from_body
from lensops.release.record import Draft, Kind, Record, Served, next_record, read_record
from lensops.release.value import SCHEMA, Release, desired_release

__all__ = [
    "SCHEMA",
    "Draft",
    "Kind",
    "Record",
    "Release",
    "Served",
    "content",
    "desired_release",
    "from_body",
    "next_record",
    "read_record",
]
