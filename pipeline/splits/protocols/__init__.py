"""Protocols: named sets of folds beside a dataset's own split, as papers report scores by them."""
