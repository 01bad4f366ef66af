"""How much of a set of chat sentences is pronounced right: eSpeak's Hindi phonemes of what should be said, against what is.

python -m tests.unit.media_server.tts.pronounced [--failures] SET.tsv
"""

import argparse
import difflib
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from media_server.tts.espeak import Espeak
from media_server.tts.text.front_end import FrontEnd
from media_server.tts.text.numbers import cardinal
from media_server.tts.text.tongues import HINDI

HERE = Path(__file__).parent
HELD_OUT, OPEN = HERE / "chat_held_out.tsv", HERE / "chat.tsv"
FIGURES = frozenset(
    word
    for words in (
        *(cardinal(number, HINDI) for number in range(100)), *HINDI.digits, *HINDI.months, *HINDI.letters.values(),
        "सौ हज़ार लाख करोड़ डेढ़ ढाई साढ़े सवा पौने आधा दशमलव प्रतिशत रुपये रुपया पैसे बजे बजकर पहला दूसरा तीसरा डिग्री",
    )
    for word in words.split()
)  # fmt: skip
"""Words that figures, letters and signs become."""
_FIGURED = re.compile(r"\d")
_WORD = re.compile(r"[A-Za-z\u0900-\u0963\u0970-\u097f]+")


def sentences(path: Path) -> list[tuple[str, list[tuple[str, ...]]]]:
    """(as written, of each word what may be said for it)."""
    lines = [line.split("\t") for line in path.read_text("utf-8").splitlines() if line.strip() and line[0] != "#"]
    return [(written, [tuple(word.split("|")) for word in expected.split()]) for written, expected in lines]


@dataclass
class Figures:
    words: int = 0
    right: int = 0
    with_figures: int = 0
    figures_right: int = 0
    wrong: list[tuple[str, list[str], list[str]]] = field(default_factory=list)
    """(sentence, words that should be said, words that are)."""

    @property
    def share(self) -> float:
        return self.right / self.words


class Ear:
    """Tells words apart by their sound only."""

    def __init__(self) -> None:
        self._espeak = Espeak()
        self._heard: dict[str, str] = {}

    def sound(self, word: str) -> str:
        if word not in self._heard:
            self._heard[word] = self._espeak.phonemes(word, "hi").strip()
        return self._heard[word]

    def listen(self, front_end: FrontEnd, each: Iterable[tuple[str, list[tuple[str, ...]]]]) -> Figures:
        heard = Figures()
        for written, expected in each:
            said = _WORD.findall(front_end.spoken(written, "hi-Latn", english="devanagari"))
            wanted = self._as_said(expected, said)
            wrong, extra = self._apart(wanted, said)
            heard.words += len(wanted)
            heard.right += len(wanted) - len(wrong)
            if _FIGURED.search(written):
                heard.with_figures += 1
                figures = [[self.sound(word) for word in words if word in FIGURES] for words in (wanted, said)]
                heard.figures_right += figures[0] == figures[1]
            if wrong or extra:
                heard.wrong.append((written, wrong, extra))
        return heard

    def _as_said(self, expected: list[tuple[str, ...]], said: list[str]) -> list[str]:
        """Of each word the alternative that was said, if one was. "सौ|एक_सौ" are two words."""
        sounds = {self.sound(word) for word in said}
        whole = " " + " ".join(said) + " "
        chosen = []
        for ways in expected:
            words = sorted((way.replace("_", " ") for way in ways), key=lambda way: -len(way.split()))
            there = (
                way
                for way in words
                if all(self.sound(word) in sounds for word in way.split()) and (" " not in way or f" {way} " in whole)
            )
            chosen += next(there, ways[0].replace("_", " ")).split()
        return chosen

    def _apart(self, wanted: list[str], said: list[str]) -> tuple[list[str], list[str]]:
        """Words that are missing, and words that are there instead."""
        first, second = [self.sound(word) for word in wanted], [self.sound(word) for word in said]
        wrong: list[str] = []
        extra: list[str] = []
        for tag, a, b, c, d in difflib.SequenceMatcher(None, first, second, autojunk=False).get_opcodes():
            if tag != "equal":
                wrong += wanted[a:b]
                extra += said[c:d]
        return wrong, extra


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("set", type=Path, nargs="*", default=[HELD_OUT, OPEN])
    parser.add_argument("--failures", action="store_true")
    options = parser.parse_args()
    front_end, ear = FrontEnd.load(), Ear()
    for path in options.set:
        every = sentences(path)
        heard = ear.listen(front_end, every)
        print(f"{path.name}: {len(every)} sentences, {heard.right} of {heard.words} words right: {heard.share:.2%}; "
              f"figures {heard.figures_right} of {heard.with_figures}")  # fmt: skip
        if options.failures:
            for written, wrong, extra in heard.wrong:
                print(f"  {written}\n      {' '.join(wrong)}  <-  {' '.join(extra)}")
        for name, fresh in (("cold", True), ("warm", False)):
            words = FrontEnd.load() if fresh else front_end
            begun = time.process_time()
            for written, _ in every:
                words.spoken(written, "hi-Latn", english="devanagari")
            print(f"  {name}: {(time.process_time() - begun) / len(every) * 1000:.3f} ms a sentence")


if __name__ == "__main__":
    main()
