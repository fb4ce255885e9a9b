"""Tables for papers: of evaluations, comparisons and matrices."""
