"""Git: the one door to git, for history, targets and flows; nothing of a project bends it."""

from lensops.git.process import GitFailed, NoRepository
from lensops.git.repository import Repository, open_repository
from lensops.git.tree import RevisionTree

__all__ = ["GitFailed", "NoRepository", "Repository", "RevisionTree", "open_repository"]
