"""Audio fingerprints: by which the same recording is known in another codec, level or trim."""
