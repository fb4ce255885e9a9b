"""Figures for papers, drawn by matplotlib: confusion, forest plot, reliability, heat map."""
