"""The spec language: one YAML file a corpus."""
