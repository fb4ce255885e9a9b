"""What is read of tables and names before utterances are made of it: texts by name."""

Row = dict[str, str]
"""A row of a table: column → cell, empty where nothing stands."""

Fields = dict[str, str | None]
"""What is known of a clip, or what a row adds to it: field → text, None where it is unknown."""
