"""The dataset folder around its shards: manifest, report, card, Croissant, log, relabelling."""
