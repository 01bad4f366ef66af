"""How good are the answers, and where should the thresholds be? `python -m brain.calibrate [FOLDER QUESTIONS]…`.

Without arguments: all sites. QUESTIONS has lines "set <tab> what is meant <tab> question", as tests/unit/brain/questions.tsv.
Fits the weights (match.py) on all sets but `held_out` and shows, for every set and threshold, what callers would be
told. It needs no database.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from brain.elsewhere import ELSEWHERE
from brain.folder import SiteFolder, read_folder
from brain.knowledge.embed import MiniLM
from brain.knowledge.fit import Choice, choice, fit, scaled
from brain.knowledge.match import CONFIRM, TELL, WEIGHTS, Candidate, Chunk, Entry, Match, Weights, best_match, verdict
from brain.knowledge.normal import normalise
from brain.knowledge.snapshot import Snapshot

EVERYTHING = (
    ("demo/site", "tests/unit/brain/questions.tsv"),
    ("tests/sites/clinic", "tests/unit/brain/questions_clinic.tsv"),
    ("tests/sites/academy", "tests/unit/brain/questions_academy.tsv"),
)
"""From the root of the repository."""
UNKNOWN = "-"
"""What is meant by a question that the site can't answer."""
THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.9)
LEARNT_FROM = ("calibration", "former_held_out")
_FOLDS = 4
_OWN_EVERY = 16
"""Of the ways to ask that sites list, each sixteenth is learnt from: they are many, and shorter than what callers say."""


@dataclass(frozen=True, slots=True)
class Question:
    belongs: str
    meant: str
    """A key, or several of which each is right: "cancel_order|update_order_status"."""
    text: str

    @property
    def meanings(self) -> frozenset[str]:
        return frozenset(self.meant.split("|"))


@dataclass(frozen=True, slots=True)
class Guess:
    question: Question
    candidates: tuple[Candidate, ...]
    match: Match | None

    @property
    def answered(self) -> bool:
        """Something is on offer at all."""
        return self.match is not None and self.match.entry.key != ELSEWHERE

    @property
    def right(self) -> bool:
        return self.match is not None and self.match.entry.key in self.question.meanings

    @property
    def score(self) -> float:
        return self.match.score if self.match is not None else 0.0


@dataclass(frozen=True, slots=True)
class Figures:
    """What callers of one set meet."""

    answerable: int
    unanswerable: int
    hits: int
    """Answerable questions whose likeliest entry is right, however sure."""
    told_right: int
    told_wrong: int
    confirmed_right: int
    """Asked back, and it was meant."""
    confirmed_wrong: int
    made_up: int
    """Unanswerable questions that were told something: part of told_wrong."""

    @property
    def hit_rate(self) -> float:
        return self.hits / self.answerable

    @property
    def told_rate(self) -> float:
        return self.told_right / self.answerable

    @property
    def confirmed_rate(self) -> float:
        return self.confirmed_right / self.answerable

    @property
    def wrong_rate(self) -> float:
        return self.told_wrong / (self.answerable + self.unanswerable)


def read_questions(path: Path) -> list[Question]:
    rows = (line.split("\t") for line in path.read_text().splitlines() if line and not line.startswith("#"))
    return [Question(*row) for row in rows]


def snapshot_of(folder: SiteFolder, model: MiniLM) -> Snapshot:
    """As kb_api.apply stores it and Library loads it."""
    chunks: list[Chunk] = []
    texts: list[str] = []
    for doc_id, doc in enumerate(folder.docs):
        entry = Entry(doc_id, doc.kind, doc.key, doc.answers)
        for language, text in ((language, text) for language, texts_of in doc.ask.items() for text in texts_of):
            normal = normalise(text)
            chunks.append(Chunk(len(chunks), entry, text, tuple(sorted(normal.terms)), normal.ids, language))
            texts.append(normal.english or text)
    return Snapshot(chunks, np.concatenate([model.embed(texts[at : at + 32]) for at in range(0, len(texts), 32)]))


def guesses(snapshot: Snapshot, model: MiniLM, questions: Sequence[Question]) -> list[Guess]:
    found = []
    for question in questions:
        asked = normalise(question.text, snapshot.vocabulary)
        candidates = tuple(snapshot.search(asked, model.embed([asked.english])[0]))
        found.append(Guess(question, candidates, snapshot.exactly(question.text) or best_match(candidates)))
    return found


def figures(found: Sequence[Guess], tell: float = TELL, confirm: float = CONFIRM) -> Figures:
    answerable = [guess for guess in found if guess.question.meant != UNKNOWN]
    offered = [guess for guess in found if guess.answered]
    told = [guess for guess in offered if verdict(guess.match, tell, confirm) == "tell"]
    back = [guess for guess in offered if verdict(guess.match, tell, confirm) == "confirm"]
    right, right_back = sum(guess.right for guess in told), sum(guess.right for guess in back)
    return Figures(
        answerable=len(answerable),
        unanswerable=len(found) - len(answerable),
        hits=sum(guess.right for guess in answerable),
        told_right=right,
        told_wrong=len(told) - right,
        confirmed_right=right_back,
        confirmed_wrong=len(back) - right_back,
        made_up=sum(guess.question.meant == UNKNOWN for guess in told),
    )


def own_questions(folder: SiteFolder, model: MiniLM) -> list[Guess]:
    """A site's own ways to ask, each put to a site that does not list it, and to one that does not even have its answer."""
    found: list[Guess] = []
    for fold in range(_FOLDS):
        kept, left_out = _without(folder, fold)
        found += guesses(snapshot_of(kept, model), model, left_out)
    for guess in guesses(snapshot_of(folder, model), model, [g.question for g in found]):
        others = tuple(candidate for candidate in guess.candidates if candidate.entry.key != guess.question.meant)
        found.append(Guess(Question("own", UNKNOWN, guess.question.text), others, best_match(others)))
    return found[::_OWN_EVERY]


def _without(folder: SiteFolder, fold: int) -> tuple[SiteFolder, list[Question]]:
    """The site without every `_FOLDS`th way to ask; and those, as questions."""
    docs, questions = [], []
    for doc in folder.docs:
        ask = {language: [text for at, text in enumerate(texts) if at % _FOLDS != fold] for language, texts in doc.ask.items()}
        if doc.key != ELSEWHERE and any(ask.values()):
            texts = [text for texts in doc.ask.values() for at, text in enumerate(texts) if at % _FOLDS == fold]
            questions += [Question("own", doc.key, text) for text in texts if normalise(text).english]
            doc = replace(doc, ask=ask)
        docs.append(doc)
    return replace(folder, docs=tuple(docs)), questions


def weights_for(found: Sequence[Guess], own: Sequence[Guess]) -> Weights:
    """What makes an entry likely: from callers' questions and the sites' own ways to ask. How likely: from the former alone."""
    asked = [_choice(guess) for guess in found if guess.candidates]
    return scaled(fit(asked + [_choice(guess) for guess in own if guess.candidates]), asked)


def _choice(guess: Guess) -> Choice:
    return choice(guess.candidates, guess.question.meanings, {ELSEWHERE})


def line(found: Sequence[Guess], tell: float) -> str:
    each = figures(found, tell)
    return (
        f"  {tell:.2f}  told right {each.told_rate:6.1%}   asked back rightly {each.confirmed_rate:6.1%}"
        f"   told wrong {each.wrong_rate:6.1%}   (of the unanswerable {each.made_up}/{each.unanswerable})"
        f"   asked back wrongly {each.confirmed_wrong / (each.answerable + each.unanswerable):6.1%}"
    )


def report(name: str, found: Sequence[Guess]) -> str:
    lines = []
    for belongs in dict.fromkeys(guess.question.belongs for guess in found):
        own = [guess for guess in found if guess.question.belongs == belongs]
        each = figures(own)
        lines.append(f"{name} {belongs}: {each.answerable} answerable, {each.unanswerable} not; hit@1 {each.hit_rate:.1%}")
        lines += [line(own, tell) for tell in THRESHOLDS]
    return "\n".join(lines) + "\n"


def main() -> int:
    paths = [Path(name) for name in sys.argv[1:]] or [Path(name) for pair in EVERYTHING for name in pair]
    if len(paths) % 2:
        sys.stderr.write("usage: python -m brain.calibrate [FOLDER QUESTIONS]...\n")
        return 2
    model = MiniLM()
    everything: list[Guess] = []
    own: list[Guess] = []
    for path, questions in zip(paths[::2], paths[1::2], strict=True):
        folder = read_folder(path)
        found = guesses(snapshot_of(folder, model), model, read_questions(questions))
        sys.stdout.write(report(str(path), found))
        everything += found
        own += own_questions(folder, model)
    if len(paths) > 2:
        sys.stdout.write(report("all", everything))
    fitted = weights_for([guess for guess in everything if guess.question.belongs in LEARNT_FROM], own)
    sys.stdout.write(f"in match.py: {WEIGHTS}, tell {TELL}, confirm {CONFIRM}\nfitted here: {fitted}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
