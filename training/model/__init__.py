"""ExHuBERT: configuration, model, losses, building, loading, converting."""
