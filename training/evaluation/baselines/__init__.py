"""Baselines: what a model has to beat, on the same splits and scored by the same code."""
