"""What workers on this machine tell of their work."""
