"""Tables, progress and messages on the terminal."""
