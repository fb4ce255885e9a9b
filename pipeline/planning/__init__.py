"""Batches of utterances, and the split and shard of each."""
