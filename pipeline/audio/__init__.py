"""Audio: from the bytes of any file to a normalised 16 kHz clip."""
