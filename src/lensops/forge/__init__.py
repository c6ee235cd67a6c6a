"""Forge: the host of pull requests, as far as a comment needs it."""

from lensops.forge.comments import Comment, Comments
from lensops.forge.github import GitHub, PullRequest

__all__ = ["Comment", "Comments", "GitHub", "PullRequest"]
