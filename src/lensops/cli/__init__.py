"""The command line: options in, exit code out. The only room that prints."""
