"""Exports: a dataset, or some of its rows, in the forms that other tools read."""
