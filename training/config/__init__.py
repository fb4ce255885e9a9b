"""Recipes: every setting of a training run. Nothing here needs torch."""
