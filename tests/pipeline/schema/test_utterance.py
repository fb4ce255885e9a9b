from pipeline.schema.utterance import Utterance, count_reasons, excluded, rejected

CLIP = Utterance("tones/a", "tones", "tones/a", "a.wav", 1, "")


def test_status_is_ok_until_something_drops_the_utterance() -> None:
    assert CLIP.status == "ok"
    assert CLIP._replace(dropped=excluded("labels", "other")).status == "excluded"
    assert CLIP._replace(dropped=rejected("audio", "silent")).status == "rejected"


def test_reasons_are_counted_by_status_in_order() -> None:
    reasons = [rejected("a", "silent"), rejected("a", "empty"), excluded("a", "copy"), None]
    clips = [CLIP._replace(dropped=dropped) for dropped in [*reasons, reasons[0]]]
    assert list(count_reasons(clips, "rejected").items()) == [("empty", 1), ("silent", 2)]
    assert count_reasons(clips, "excluded") == {"copy": 1}
    assert count_reasons([], "excluded") == {}
