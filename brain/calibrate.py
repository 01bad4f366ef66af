"""How good are the answers of a site, and where should the threshold be? `python -m brain.calibrate FOLDER QUESTIONS`.

QUESTIONS has lines "set <tab> what is meant <tab> question", as tests/unit/brain/questions.tsv. Fits the score (match.py) on the
set `calibration` and shows, for every set and threshold, what callers would be told. Needs no database.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from brain.apply import SiteFolder, read_folder
from brain.elsewhere import ELSEWHERE
from brain.knowledge.embed import MiniLM
from brain.knowledge.match import BIAS, COSINE, MARGIN, THRESHOLD, Chunk, Entry, Features, best_entry, probability
from brain.knowledge.normal import normalise
from brain.knowledge.snapshot import Snapshot

UNKNOWN = "-"
"""What is meant by a question that the site can't answer."""
_RIDGE = 0.05
"""Keeps the weights small: some hundred questions are not many."""


@dataclass(frozen=True, slots=True)
class Question:
    belongs: str
    meant: str
    text: str


@dataclass(frozen=True, slots=True)
class Guess:
    question: Question
    key: str
    features: Features

    @property
    def right(self) -> bool:
        return self.key == self.question.meant


def read_questions(path: Path) -> list[Question]:
    rows = (line.split("\t") for line in path.read_text().splitlines() if line and not line.startswith("#"))
    return [Question(*row) for row in rows]


def snapshot_of(folder: SiteFolder, model: MiniLM) -> Snapshot:
    """As brain.apply stores it and Library loads it."""
    chunks: list[Chunk] = []
    texts: list[str] = []
    for doc_id, doc in enumerate(folder.docs):
        entry = Entry(doc_id, doc.kind, doc.key, doc.answers)
        for text in (text for texts_of in doc.ask.values() for text in texts_of):
            normal = normalise(text)
            chunks.append(Chunk(len(chunks), entry, text, tuple(sorted(normal.terms)), normal.ids))
            texts.append(normal.english or text)
    return Snapshot(chunks, np.concatenate([model.embed(texts[at : at + 32]) for at in range(0, len(texts), 32)]))


def guesses(snapshot: Snapshot, model: MiniLM, questions: Sequence[Question]) -> list[Guess]:
    found = []
    for question in questions:
        asked = normalise(question.text)
        entry, features = best_entry(snapshot.search(asked, model.embed([asked.english])[0]))
        found.append(Guess(question, entry.key, features))
    return found


def fit(found: Sequence[Guess]) -> NDArray[np.float64]:
    """(bias, cosine, margin) by Newton's method: the odds that the best entry is what was meant."""
    known = [guess for guess in found if guess.key != ELSEWHERE]
    x = np.array([[1.0, guess.features.cosine, guess.features.margin] for guess in known])
    y = np.array([guess.right for guess in known], float)
    ridge = np.array([0.0, _RIDGE, _RIDGE])
    weights = np.zeros(3)
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ weights))
        gradient = x.T @ (p - y) + ridge * weights
        weights -= np.linalg.solve((x.T * (p * (1 - p))) @ x + np.diag(ridge + 1e-6), gradient)
    return weights


def line(found: Sequence[Guess], threshold: float) -> str:
    told = [g for g in found if g.key != ELSEWHERE and probability(g.features) >= threshold]
    answerable = [g for g in found if g.question.meant != UNKNOWN]
    right = sum(g.right for g in told)
    made_up = sum(g.question.meant == UNKNOWN for g in told)
    return (
        f"  {threshold:.2f}  told right {right / len(answerable):6.1%}   told wrong {(len(told) - right) / len(found):6.1%}"
        f"   (of the unanswerable {made_up}/{len(found) - len(answerable)})"
    )


def report(found: Sequence[Guess]) -> str:
    lines = []
    for belongs in dict.fromkeys(guess.question.belongs for guess in found):
        own = [guess for guess in found if guess.question.belongs == belongs]
        answerable = [guess for guess in own if guess.question.meant != UNKNOWN]
        hits = sum(guess.right for guess in answerable) / len(answerable)
        lines.append(f"{belongs}: {len(answerable)} answerable, {len(own) - len(answerable)} not; hit@1 {hits:.1%}")
        lines += [line(own, threshold) for threshold in (0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.9)]
    fitted = fit([guess for guess in found if guess.question.belongs == "calibration"])
    lines.append(f"in match.py: bias {BIAS}, cosine {COSINE}, margin {MARGIN}, threshold {THRESHOLD}")
    lines.append("fitted here: bias {:.2f}, cosine {:.2f}, margin {:.2f}".format(*fitted))
    return "\n".join(lines) + "\n"


def main() -> int:
    if len(sys.argv) != 3:
        sys.stderr.write("usage: python -m brain.calibrate FOLDER QUESTIONS\n")
        return 2
    model = MiniLM()
    snapshot = snapshot_of(read_folder(Path(sys.argv[1])), model)
    sys.stdout.write(report(guesses(snapshot, model, read_questions(Path(sys.argv[2])))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
