"""Building blocks of a Croissant description."""

Json = dict[str, object]

PARQUET = "application/x-parquet"
"""Media type of Parquet files."""


def field(name: str, data_type: str | None = None) -> Json:
    """A field, named as it is identified: ``set/name``."""
    made: Json = {"@type": "cr:Field", "@id": name, "name": name}
    return made | ({"dataType": data_type} if data_type else {})
