"""Shards: Parquet files of records, and their receipts."""
