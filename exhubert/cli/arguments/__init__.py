"""Arguments that several commands take, and what is said of wrong ones."""
