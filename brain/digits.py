"""Numbers in what a caller said: "mera order number one double two paanch hai" -> "1225". ◆

The recogniser writes numbers as digits, chats and other recognisers write words; both end up here. "do" (two, and also
"give") counts only next to other digits.
"""

import re

_ONES = "zero one two three four five six seven eight nine".split()
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_HINDI = (
    "shunya sifar", "ek ik", "do", "teen tin tinn", "char chaar", "paanch panch panj", "chhe che chhah chheh",
    "saat sat satt", "aath ath atth", "nau",
)  # fmt: skip

_DIGITS = {word: str(value) for value, word in enumerate(_ONES)} | {
    word: str(value) for value, words in enumerate(_HINDI) for word in words.split()
}
_DIGITS["oh"] = "0"
_PAIRS = {word: str(10 + value) for value, word in enumerate(_TEENS)}
_TENS_VALUES = {word: value for value, word in enumerate(_TENS, start=2)}
_REPEATS = {"double": 2, "triple": 3}
_WORD = re.compile(r"[^\W\d_]+|\d+")


def number_in(text: str, fewest: int = 3) -> tuple[str, str]:
    """(digits, the rest of the words): the longest run of at least `fewest` digits; ("", text) if there is none."""
    words: list[str] = _WORD.findall(text.lower())
    best, span = "", (0, 0)
    at = 0
    while at < len(words):
        digits, after = _run(words, at)
        if len(digits) > len(best):
            best, span = digits, (at, after)
        at = max(after, at + 1)
    if len(best) < fewest:
        return "", text
    return best, " ".join(words[: span[0]] + words[span[1] :])


def _run(words: list[str], at: int) -> tuple[str, int]:
    """Digits from `at` on, and where they end."""
    digits = ""
    while at < len(words):
        group, used = _group(words, at)
        if not used:
            break
        digits += group
        at += used
    return digits, at


def _group(words: list[str], at: int) -> tuple[str, int]:
    word = words[at]
    following = words[at + 1] if at + 1 < len(words) else ""
    if word.isdecimal():
        return "".join(str(int(figure)) for figure in word), 1
    if word in _REPEATS and following in _DIGITS:
        return _DIGITS[following] * _REPEATS[word], 2
    if word in _TENS_VALUES:
        one = _DIGITS.get(following, "0") if following in _ONES[1:] else "0"
        return f"{_TENS_VALUES[word]}{one}", 1 + (following in _ONES[1:])
    digits = _DIGITS.get(word) or _PAIRS.get(word, "")
    return digits, 1 if digits else 0
