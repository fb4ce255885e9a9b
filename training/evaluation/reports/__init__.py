"""Pages of an evaluation and of a cross-corpus matrix."""
