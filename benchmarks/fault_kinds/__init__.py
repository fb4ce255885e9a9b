"""What goes wrong on real machines, made to go wrong here."""
