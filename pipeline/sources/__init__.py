"""Files of a corpus, those in archives among them: listed and read."""
