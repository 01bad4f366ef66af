"""The marks by which a model says which passages a sentence comes from: "… 3 days [1, 2]." ◆"""

import re

_MARK = re.compile(r"\s*\[(\d{1,2}(?:\s*,\s*\d{1,2})*)\]")


def without_marks(sentence: str) -> tuple[str, tuple[int, ...]]:
    """("Delivery takes 3 days [1, 2]. ") -> ("Delivery takes 3 days. ", (1, 2)): the passages it cites, by their number."""
    cited = [int(number) for mark in _MARK.findall(sentence) for number in re.findall(r"\d+", mark)]
    return _MARK.sub("", sentence), tuple(dict.fromkeys(cited))
