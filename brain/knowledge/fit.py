"""Weights for match.py from questions whose meaning is known: a conditional logit, by BFGS. ◆

    choices ──fit──> what makes an entry likely ──scaled──> how likely: chances that hold for the questions of real callers

The choice is among the candidates of a question and none of them (McFadden 1974); Nocedal and Wright 2006, 6.1.
"""

from collections.abc import Collection, Sequence
from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from brain.knowledge.match import Candidate, Weights

FIGURES = tuple(field.name for field in fields(Weights) if field.name != "none")
_RIDGE = 2e-4
"""Keeps the weights small: some hundred questions are not many."""

_FLAT = 1e-6
"""A slope that leads nowhere any more."""

Choice = tuple[NDArray[np.float64], NDArray[np.bool_]]
"""float[candidates + 1, weights], the last row for none of them; and which were right to choose."""


def choice(candidates: Sequence[Candidate], meant: Collection[str], nothing: Collection[str]) -> Choice:
    """`meant`: keys that are right; none among the candidates: then none of them is, nor are those of `nothing` wrong."""
    rows = [[*(float(getattr(candidate, name)) for name in FIGURES), 0.0] for candidate in candidates]
    right = [candidate.entry.key in meant for candidate in candidates]
    missed = not any(right)
    if missed:
        right = [candidate.entry.key in nothing for candidate in candidates]
    return np.array([*rows, [0.0] * len(FIGURES) + [1.0]]), np.array([*right, missed])


def fit(choices: Sequence[Choice]) -> Weights:
    """Weights under which what was meant is likeliest."""
    return Weights(*map(float, _likeliest(choices, len(FIGURES) + 1)))


def scaled(weights: Weights, choices: Sequence[Choice]) -> Weights:
    """The same order of entries, with the chances that fit these choices."""
    raw = np.array([getattr(weights, name) for name in FIGURES])
    utilities = [(np.column_stack((rows[:, :-1] @ raw, rows[:, -1])), right) for rows, right in choices]
    scale, none = _likeliest(utilities, 2)
    return Weights(*map(float, [*(raw * scale), none]))


def _likeliest(choices: Sequence[Choice], size: int) -> NDArray[np.float64]:
    weights, inverse = np.zeros(size), np.eye(size)
    loss, slope = _loss(weights, choices)
    while float(np.abs(slope).max()) > _FLAT:
        step = -inverse @ slope
        length = 1.0
        while (tried := _loss(weights + length * step, choices))[0] > loss + 1e-4 * length * float(slope @ step):
            length /= 2
            if length < _FLAT:
                return weights
        moved, turned = length * step, tried[1] - slope
        weights, (loss, slope) = weights + moved, tried
        if (bend := float(moved @ turned)) > 0:  # "none" and ELSEWHERE being right together make a slight hollow
            left = np.eye(size) - np.outer(moved, turned) / bend
            inverse = left @ inverse @ left.T + np.outer(moved, moved) / bend
    return weights


def _loss(weights: NDArray[np.float64], choices: Sequence[Choice]) -> tuple[float, NDArray[np.float64]]:
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
