"""lensops: prompts as infrastructure, from one manifest in git."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("lensops")
except PackageNotFoundError:  # a source tree that nobody installed
    __version__ = "0+unknown"

__all__ = ["__version__"]
