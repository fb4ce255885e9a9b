"""Clips that are alike: pairs of equal or nearly equal audio, and what follows for a dataset."""
