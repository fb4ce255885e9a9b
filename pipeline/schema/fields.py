"""Fields that are read from tables and names before they become utterances: texts by name."""

Row = dict[str, str]
"""A row of a table: column → cell, empty where nothing stands."""

Fields = dict[str, str | None]
"""Fields of a clip, or those a row adds to it: field → text, None where it is unknown."""
