"""Pages that are made from specs, models, parsers and the face, and never written by hand."""
