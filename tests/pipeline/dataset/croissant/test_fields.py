from pipeline.dataset.croissant.fields import field


def test_a_field_is_named_as_it_is_identified() -> None:
    assert field("folds/test", "cr:Int64") == {
        "@type": "cr:Field",
        "@id": "folds/test",
        "name": "folds/test",
        "dataType": "cr:Int64",
    }
    assert "dataType" not in field("utterances/votes")
