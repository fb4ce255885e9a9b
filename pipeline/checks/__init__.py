"""Checks before a build: counts of a corpus, a dry run, the examples of a spec."""
