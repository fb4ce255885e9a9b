"""Raters: their answers, what becomes of several, and how far they agree."""
