"""Prompts: files of several forms become one value, the request shape, with a digest."""

from lensops.prompts.digest import canonical, digest
from lensops.prompts.forms import parse
from lensops.prompts.interface import Interface, Variable, untyped
from lensops.prompts.load import FOLDER, load_prompt, natural, version_files, version_path
from lensops.prompts.request import model_name, render, request_body
from lensops.prompts.sections import Section, message_names, prompt_sections
from lensops.prompts.value import Message, Prompt, ResponseFormat, Tool, ToolCall

__all__ = [
    "FOLDER",
    "Interface",
    "Message",
    "Prompt",
    "ResponseFormat",
    "Section",
    "Tool",
    "ToolCall",
    "Variable",
    "canonical",
    "digest",
    "load_prompt",
    "message_names",
    "model_name",
    "natural",
    "parse",
    "prompt_sections",
    "render",
    "request_body",
    "untyped",
    "version_files",
    "version_path",
]
