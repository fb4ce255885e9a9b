"""A first spec for a folder of recordings."""
