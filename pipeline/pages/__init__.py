"""Pages: what all reports share: their look, their script, and clips to listen to."""
