"""Decoders of single formats that are faster than the general ones."""
