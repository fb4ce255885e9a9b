"""Apache Beam: transforms that wire the steps, their metrics, and how batches travel."""
