"""Interchange: projects of other tools as prompts, cases and checks of lensops, and back."""

from lensops.interchange.bundle import Activation, Bundle, Import, Row
from lensops.interchange.source import Source
from lensops.interchange.sources import SOURCES, convert

__all__ = ["SOURCES", "Activation", "Bundle", "Import", "Row", "Source", "convert"]
