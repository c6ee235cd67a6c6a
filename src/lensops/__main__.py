"""Let `python -m lensops` do what `lensops` does."""

from lensops.cli.main import main

main()
