"""Models that want the whole utterance, behind the same protocol as the streaming one: Whisper, indic-conformer."""
