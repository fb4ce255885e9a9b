"""What would happen: counts of a corpus, a dry run of a build, the examples of a spec."""
