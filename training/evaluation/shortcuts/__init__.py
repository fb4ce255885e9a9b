"""Shortcuts: what gives class or speaker away without a word being heard."""
