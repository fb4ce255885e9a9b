"""Shared by every package: errors, globs, numbers, messages about invalid files."""
