"""The documentation: Markdown for users, and in ``generate`` what the site makes from the code."""
