"""Arguments that several commands share, and the messages for wrong ones."""
