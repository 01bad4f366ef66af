"""The nearest language that there are words in."""

from brain.wording import spoken_in


def test_hindi_and_punjabi_speakers_understand_hinglish_before_english() -> None:
    texts = {"en": "Three days.", "hi-Latn": "Teen din."}
    assert spoken_in({**texts}, "hi") == spoken_in({**texts}, "pa") == ("Teen din.", "hi-Latn")  # type: ignore[dict-item]
    assert spoken_in({"pa": "ਤਿੰਨ ਦਿਨ।"}, "en") == ("ਤਿੰਨ ਦਿਨ।", "pa")
