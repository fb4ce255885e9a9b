"""Assemble speech-emotion corpora, each described by one spec file, into one dataset.

Data flows one way: spec → index → labels → splits → plan → audio → shards → manifest.
"""
