"""Benchmarks: models and baselines under a protocol, fold by fold, and the table of a paper."""
