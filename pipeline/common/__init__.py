"""What every package uses: errors, globs, numbers, messages about invalid files."""
