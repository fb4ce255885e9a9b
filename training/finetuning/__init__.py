"""Training runs: plan, trainer, checkpoints, model card."""
