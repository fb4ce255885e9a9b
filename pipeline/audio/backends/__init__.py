"""Backends: decoders of audio formats, listed in :data:`pipeline.audio.decoder.BACKENDS`."""
