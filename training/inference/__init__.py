"""Predictions: of datasets and files, and models to make them with."""
