"""The client: what an application imports to read its active prompts; standard library only."""

from lensops.client.errors import ClientError, TargetUnavailable, UnknownPrompt, VariablesWrong
from lensops.client.prompt import Message, Prompt
from lensops.client.prompts import Prompts
from lensops.client.release import Release

__all__ = [
    "ClientError",
    "Message",
    "Prompt",
    "Prompts",
    "Release",
    "TargetUnavailable",
    "UnknownPrompt",
    "VariablesWrong",
]
