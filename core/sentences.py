"""Where a text may be cut for speaking: sentences for the conversation, clauses for the voice. ◆

    "Rs. 500 kat gaye. Kal tak…" ──split──> "Rs. 500 kat gaye." | "Kal tak…"
    deltas of a model ──SentenceStream──> the same sentences, each as soon as it is certain

Never inside a number, an id, an e-mail or after an abbreviation. However a stream is cut into deltas, the sentences are
those of `split`. A sentence longer than LIMIT characters is cut where it hurts least.
"""

import re

LIMIT = 300
"""Characters of one sentence: half a minute of speech."""
MARGIN = 20
"""Looked at beyond LIMIT before a cut is forced, so that a word or mark just past it is seen whole."""
CLAUSE = 16
"""Characters below which a clause is said together with the next: "जी," alone would be over before it is heard."""
CLAUSE_LIMIT = 140
"""Characters of a clause without any mark after which it ends before a joining word, or at a space: 8 s of speech."""

_MARK = re.compile(r"(?:[.!?।॥…]+[\"'”’)\]]*)\s+|[^\S\n]*\n\s*")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:rs|dr|mr|mrs|ms|shri|smt|pvt|ltd|co|inc|approx|e\.g|i\.e|[ap]\.m|etc|vs|st|rd|opp|nr|ext|dept|govt|[a-z])\.$",
    re.IGNORECASE,
)
_MAY_END = re.compile(r"(?:a\.m|p\.m|etc|ltd|inc|co)\.$", re.IGNORECASE)
"""Abbreviations that end a sentence when a capital follows."""
_NUMBER = re.compile(r"(?:^|[\s(])(?:no|nos|rs|re|ext)\.$", re.IGNORECASE)
"""Abbreviations that stand before a number, and are words without one."""
_LIST_NUMBER = re.compile(r"(?:^|\n)\s*\d{1,2}\.$")
_MARKS = " ,;:—–।!?…."
_PAUSE = re.compile(r"[,;:—–।!?…]\s+")
_GAP = re.compile(r"(?<![\d.]) +(?!\d)")
_JOINT = re.compile(
    r" (?=(?:और|लेकिन|मगर|क्योंकि|ताकि|इसलिए|कि|अगर|तो|या|ਅਤੇ|ਪਰ|ਕਿਉਂਕਿ|ਜੇ|ਕਿ|and|but|because|so that|which|if|or|when)\s)"
)


def split(text: str) -> list[str]:
    """The sentences of a finished text, without the space around them."""
    stream = SentenceStream()
    return [*stream.push(text), *stream.flush()]


class SentenceStream:
    """A text that is still being written."""

    def __init__(self, *, whole: bool = False) -> None:
        """`whole`: sentences keep the space around them, and what has no words is kept too: joined they are the text."""
        self._text = ""
        self._whole = whole

    def push(self, delta: str) -> list[str]:
        """The sentences that are certain now. A sentence is certain once the next one has begun."""
        self._text += delta
        return self._take(finished=False)

    def complete(self) -> list[str]:
        """No word goes on where the text ends: what is left of it, if that is a sentence whatever follows."""
        text = self._text.rstrip() + " "
        marks = [*_MARK.finditer(text)]
        return self.flush() if marks and marks[-1].end() == len(text) and _ends(text[:-1], "1") else []

    def flush(self) -> list[str]:
        """The text is finished: what is left of it."""
        rest = self._take(finished=True)
        self._text = ""
        return rest

    def _take(self, finished: bool) -> list[str]:
        sentences = []
        while (end := _end_of_sentence(self._text, finished)) is not None:
            sentence, self._text = self._text[:end], self._text[end:]
            if self._whole:
                sentences.append(sentence)
            elif any(character.isalnum() for character in sentence):
                sentences.append(sentence.strip())
        return sentences


def clauses(spoken: str) -> list[str]:
    """The clauses of a sentence in its spoken form, each with its mark: what a voice may say in one go."""
    parts: list[str] = []
    begin = 0
    for pause in [*_PAUSE.finditer(spoken), None]:
        end = pause.end() if pause else len(spoken)
        if pause and (end - begin < CLAUSE or not spoken[end:].strip(_MARKS)):
            continue
        while end - begin > CLAUSE_LIMIT:
            cut = begin + _cut(spoken[begin : begin + CLAUSE_LIMIT], CLAUSE_LIMIT // 4)
            parts.append(spoken[begin:cut])
            begin = cut
        parts.append(spoken[begin:end])
        begin = end
    return [part.strip() for part in parts if any(character.isalnum() for character in part)]


def _end_of_sentence(text: str, finished: bool) -> int | None:
    """Where the first sentence of `text` ends; None if that is not yet certain, or there is none."""
    for mark in _MARK.finditer(text, len(text) - len(text.lstrip())):
        if mark.start() >= LIMIT:
            break
        if mark.end() == len(text) and not finished:
            return None
        if _ends(text[: mark.end()].rstrip(" \t"), text[mark.end() : mark.end() + 1]):
            return mark.end()
    if len(text) > LIMIT + MARGIN:
        return _cut(text[:LIMIT], LIMIT // 2)
    return len(text) if finished and text.strip() else None


def _ends(before: str, following: str) -> bool:
    """Whether the mark that `before` ends with is the end of a sentence."""
    if _LIST_NUMBER.search(before):
        return False
    if before.endswith("\n"):
        return True
    if _NUMBER.search(before) and (following.isdigit() or following == "#"):
        return False
    return not _ABBREVIATION.search(before) or (bool(_MAY_END.search(before)) and following.isupper())


def _cut(text: str, earliest: int) -> int:
    """The place in an endless sentence where a cut hurts least: after a mark, before a joining word, at a space."""
    for place in (_PAUSE, _JOINT, _GAP):
        if ends := [match.end() for match in place.finditer(text, earliest)]:
            return ends[-1]
    return len(text)
