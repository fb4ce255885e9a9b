"""Scores, comparisons, baselines, cross-corpus matrices and their reports."""
