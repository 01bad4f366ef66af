"""How good are the answers, and where should the thresholds be? `python -m brain.calibrate [FOLDER QUESTIONS]…`.

Without arguments: all sites. QUESTIONS has lines "set <tab> what is meant <tab> question", as tests/unit/brain/questions.tsv.
Fits the weights (match.py) on the sets `calibration` and shows, for every set and threshold, what callers would be told. Needs no
database.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from brain.elsewhere import ELSEWHERE
from brain.folder import SiteFolder, read_folder
from brain.knowledge.embed import MiniLM
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
_FIGURES = tuple(field.name for field in fields(Weights) if field.name != "none")
_RIDGE = 2e-4
"""Keeps the weights small: some hundred questions are not many."""


@dataclass(frozen=True, slots=True)
class Question:
    belongs: str
    meant: str
    text: str


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
        return self.match is not None and self.match.entry.key == self.question.meant

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


def fit(found: Sequence[Guess]) -> Weights:
    """Weights under which what was meant is likeliest: a conditional logit by BFGS (Nocedal and Wright 2006, 6.1).

    The choice is among the candidates and none of them; who asked what the site can't answer chose none, or ELSEWHERE.
    """
    choices = [_choice(guess) for guess in found if guess.candidates]
    size = len(_FIGURES) + 1
    weights, inverse = np.zeros(size), np.eye(size)
    loss, gradient = _loss(weights, choices)
    for _ in range(200):
        step = -inverse @ gradient
        length = 1.0
        while (tried := _loss(weights + length * step, choices))[0] > loss + 1e-4 * length * float(gradient @ step):
            length /= 2
            if length < 1e-9:
                break
        moved, turned = length * step, tried[1] - gradient
        weights, (loss, gradient) = weights + moved, tried
        if float(np.abs(gradient).max()) < 1e-6 or moved @ turned <= 1e-15:
            break
        scale = 1 / float(moved @ turned)
        left = np.eye(size) - scale * np.outer(moved, turned)
        inverse = left @ inverse @ left.T + scale * np.outer(moved, moved)
    return Weights(*map(float, weights))


_Choice = tuple[NDArray[np.float64], NDArray[np.bool_]]
"""float[candidates + 1, weights], the last row for none; and which of them were right to choose."""


def _choice(guess: Guess) -> _Choice:
    rows = [[*(float(getattr(candidate, name)) for name in _FIGURES), 0.0] for candidate in guess.candidates]
    keys = [candidate.entry.key for candidate in guess.candidates]
    meant = guess.question.meant
    missed = meant == UNKNOWN or meant not in keys  # not among the candidates: then none of them should be chosen
    right = [key == ELSEWHERE if missed else key == meant for key in keys]
    return np.array([*rows, [0.0] * len(_FIGURES) + [1.0]]), np.array([*right, missed])


def _loss(weights: NDArray[np.float64], choices: Sequence[_Choice]) -> tuple[float, NDArray[np.float64]]:
    """Mean surprise at what was meant, and its slope."""
    loss = _RIDGE * float(weights[:-1] @ weights[:-1])
    slope = 2 * _RIDGE * np.append(weights[:-1], 0.0)
    for rows, right in choices:
        utility = rows @ weights
        chance = np.exp(utility - utility.max())
        chance /= chance.sum()
        meant = max(float(chance[right].sum()), 1e-300)
        loss -= float(np.log(meant)) / len(choices)
        slope += (chance - np.where(right, chance / meant, 0)) @ rows / len(choices)
    return loss, slope


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
    for folder, questions in zip(paths[::2], paths[1::2], strict=True):
        found = guesses(snapshot_of(read_folder(folder), model), model, read_questions(questions))
        sys.stdout.write(report(str(folder), found))
        everything += found
    if len(paths) > 2:
        sys.stdout.write(report("all", everything))
    fitted = fit([guess for guess in everything if guess.question.belongs == "calibration"])
    sys.stdout.write(f"in match.py: {WEIGHTS}, tell {TELL}, confirm {CONFIRM}\nfitted here: {fitted}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
