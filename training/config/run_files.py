"""Names of the files that a training run leaves in its folder."""

RECIPE_FILE = "training_config.yaml"
"""The recipe; it is there from the start."""

PROVENANCE_FILE = "provenance.json"
"""What the model was made from; it is there once the run is complete."""
