"""The demonstration: synthetic stand-ins of corpora, and the whole flow run on them."""
