"""The report: one page about a dataset, to look at and to listen to."""
