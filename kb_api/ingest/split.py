"""Parts of a document into pieces that a model reads whole and a caller hears in a breath: llama-index's sentence splitter.

The offline model sees 128 tokens; a piece has about 100 at most, and shares its last sentence with the next.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb_api.ingest.read import Part

PIECE = 100
"""Tokens, roughly, in a piece…"""
OVERLAP = 16
"""…of which so many come from the one before."""
PIECES_LIMIT = 200_000
"""Of one document: 50 MB of text."""

_WORDS = re.compile(r"\S{1,8}")
"""Eight characters and no blank among them: near enough to a model's tokens, in any script, also for words without end."""
_SENTENCES = re.compile(r"[^.!?।॥\n]+(?:[.!?।॥]+(?=\s|$)|\n+|$)\s*|[.!?।॥\n]\s*")
"""Hindi and Punjabi end theirs with a danda, which nltk's splitter does not know."""
_BLOCK = 20_000
"""Characters that the splitter is given at once: it makes a list of all of their words."""


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    heading: str
    starts: int
    """Place in the document's text (its parts with an empty line between them), in characters."""
    ends: int


def split(parts: Sequence[Part]) -> Iterator[Piece]:
    from llama_index.core.node_parser import SentenceSplitter

    splitter = SentenceSplitter(
        chunk_size=PIECE,
        chunk_overlap=OVERLAP,
        paragraph_separator="\n\n",
        tokenizer=_WORDS.findall,
        chunking_tokenizer_fn=sentences,
    )
    begins = 0
    for part in parts:
        for block_at, block in _blocks(part.text):
            at = 0
            for text in splitter.split_text(block):
                at = max(block.find(text, at), at)
                starts = begins + block_at + at
                yield Piece(text, part.heading, starts, starts + len(text))
                at += 1
        begins += len(part.text) + 2


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    """Where it begins, and the text: cut at an empty line, else at a line's end, else at a blank, else anywhere."""
    at = 0
    while at < len(text):
        end = at + _BLOCK
        if end < len(text):
            cuts = (text.rfind(mark, at + _BLOCK // 2, end) for mark in ("\n\n", "\n", " "))
            end = next((cut + 1 for cut in cuts if cut > 0), end)
        yield at, text[at:end]
        at = end


def sentences(text: str) -> list[str]:
    """All of `text`, cut after each sentence. A word without end (a picture in base64) is a sentence of its own."""
    found: list[str] = _SENTENCES.findall(text) or [text]
    return found
