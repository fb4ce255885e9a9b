"""Shortcuts: what gives emotion or speaker away, other than speech."""
