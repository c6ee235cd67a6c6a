"""Prompts: files of several forms become one value, the request shape, with a digest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lensops.lazy import load_names
from lensops.prompts.digest import DigestForm, canonical, digest  # the file has its name

if TYPE_CHECKING:
    from lensops.prompts.forms import parse
    from lensops.prompts.interface import Interface, Variable, untyped_interface
    from lensops.prompts.layout import (
        Declared,
        PromptFiles,
        declared_families,
        declared_prompts,
        locate_declared,
        locate_prompt,
    )
    from lensops.prompts.load import load_prompt, natural, version_files, version_path
    from lensops.prompts.request import model_name, render, request_body
    from lensops.prompts.sections import Section, message_names, prompt_sections
    from lensops.prompts.value import Message, Prompt, ResponseFormat, Tool, ToolCall

__all__ = [
    "Declared",
    "DigestForm",
    "Interface",
    "Message",
    "Prompt",
    "PromptFiles",
    "ResponseFormat",
    "Section",
    "Tool",
    "ToolCall",
    "Variable",
    "canonical",
    "declared_families",
    "declared_prompts",
    "digest",
    "load_prompt",
    "locate_declared",
    "locate_prompt",
    "message_names",
    "model_name",
    "natural",
    "parse",
    "prompt_sections",
    "render",
    "request_body",
    "untyped_interface",
    "version_files",
    "version_path",
]

__getattr__ = load_names(
    __name__,
    {
        "forms": ("parse",),
        "interface": ("Interface", "Variable", "untyped_interface"),
        "layout": (
            "Declared",
            "PromptFiles",
            "declared_families",
            "declared_prompts",
            "locate_declared",
            "locate_prompt",
        ),
        "load": ("load_prompt", "natural", "version_files", "version_path"),
        "request": ("model_name", "render", "request_body"),
        "sections": ("Section", "message_names", "prompt_sections"),
        "value": ("Message", "Prompt", "ResponseFormat", "Tool", "ToolCall"),
    },
)
