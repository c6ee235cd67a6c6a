"""Prompts: files of three forms become one value with a digest."""

from lensops.prompts.digest import canonical, digest
from lensops.prompts.forms import parse
from lensops.prompts.load import FOLDER, load_prompt, natural, version_files, version_path
from lensops.prompts.value import Message, Prompt, Section, from_content

__all__ = [
    "FOLDER",
    "Message",
    "Prompt",
    "Section",
    "canonical",
    "digest",
    "from_content",
    "load_prompt",
    "natural",
    "parse",
    "version_files",
    "version_path",
]
