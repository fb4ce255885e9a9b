"""ExHuBERT on transformers: model, data, training, evaluation, inference.

Users import from ``exhubert``.
"""
