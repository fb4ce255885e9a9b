"""From file names and tables to utterances."""
