"""The dataset as Croissant: a description that programs read."""
