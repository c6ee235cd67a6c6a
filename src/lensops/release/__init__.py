"""Releases: the value that targets serve, and the record that an apply leaves."""

from lensops.release.value import SCHEMA, Release, desired, from_body

__all__ = ["SCHEMA", "Release", "desired", "from_body"]
