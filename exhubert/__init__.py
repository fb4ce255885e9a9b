"""exhubert: speech-emotion corpora in, one clean dataset out, ExHuBERT trained on it."""
