"""Train, validation and test: policies, and the partition of groups among the splits."""
