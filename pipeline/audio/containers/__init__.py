"""Containers: what a file says of its own length, beside what is there.

Each module examines files of a few containers; ``examination`` calls them.
"""
