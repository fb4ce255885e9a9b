"""Clips that are alike: pairs of equal or nearly equal audio, and what they tell of a dataset."""
