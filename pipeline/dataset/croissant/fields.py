"""What the parts of a Croissant description are made of."""

Json = dict[str, object]

PARQUET = "application/x-parquet"
"""What Croissant readers know Parquet by."""


def field(name: str, data_type: str | None = None) -> Json:
    """A field, named as it is identified: ``set/name``."""
    made: Json = {"@type": "cr:Field", "@id": name, "name": name}
    return made | ({"dataType": data_type} if data_type else {})
