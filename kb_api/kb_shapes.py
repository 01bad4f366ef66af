"""What the knowledge base's callers send and get: field by field, with the words that /openapi.json says of it. ◆"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from core.http.shapes import Instant, Next
from core.sites import Embedding, Language

Text = Annotated[str, Meta(min_length=1, max_length=4_000_000)]
Title = Annotated[str, Meta(max_length=200)]
Question = Annotated[str, Meta(min_length=1, max_length=500)]
Said = Annotated[str, Meta(min_length=1, max_length=2000)]
Questions = Annotated[tuple[Question, ...], Meta(min_length=1, max_length=100)]
Status = Literal["queued", "reading", "embedding", "ready", "failed"]


class NewDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A document as text, or the address of one. A file comes as multipart/form-data: `file`, and `title` if you like."""

    title: Annotated[Title, Meta(description="Empty: its own, its file's, or its first line")] = ""
    text: Annotated[Text | None, Meta(description="Plain text or Markdown. Longer than 4 million characters: send a file")] = None
    url: Annotated[
        Annotated[str, Meta(min_length=1, max_length=2000)] | None, Meta(description="http or https, on a public address")
    ] = None


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far the reading is: `embedded` of `chunks`, once it is known how many there are."""

    chunks: int
    embedded: int


class Document(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    status: Annotated[Status, Meta(description="queued → reading → embedding → ready; failed: `reason` says why and what to do")]
    reason: Annotated[str, Meta(description="Of a failure, or of a wait; else empty")]
    title: str
    source: Literal["text", "file", "url"]
    url: str
    file_name: str
    kind: Annotated[str, Meta(description="What it turned out to be: pdf, docx, html, markdown, csv, text; empty: not known yet")]
    bytes: int
    progress: Progress
    created_at: Instant
    updated_at: Instant


class DocumentList(msgspec.Struct, frozen=True, kw_only=True):
    data: list[Document]
    next_cursor: Next


class NewFaq(msgspec.Struct, frozen=True, kw_only=True):
    """A question and its answer: either one of each (`question`, `answer`), or many ways to ask in several languages."""

    questions: Annotated[
        dict[Language, Questions], Meta(description='Ways to ask, by language: {"en": ["is there parking"], "hi-Latn": […]}')
    ] = {}
    answers: Annotated[dict[Language, Said], Meta(description="What is said, by language; two sentences are spoken")] = {}
    question: Annotated[Question | None, Meta(description="One way to ask, in `language`")] = None
    answer: Annotated[Said | None, Meta(description="What is said, in `language`")] = None
    language: Annotated[Language | None, Meta(description="Of `question` and `answer`; null: recognised")] = None


class Faq(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    questions: dict[Language, list[str]]
    answers: dict[Language, str]
    origin: Annotated[
        Literal["folder", "api", "mirror"],
        Meta(description="`folder`: the site's folder writes it again when it is applied"),
    ]
    created_at: Instant
    updated_at: Instant


class FaqList(msgspec.Struct, frozen=True, kw_only=True):
    data: list[Faq]
    next_cursor: Next


class Query(msgspec.Struct, frozen=True, kw_only=True):
    query: Annotated[str, Meta(min_length=1, max_length=2000, description="In any language, script or spelling")]
    limit: Annotated[int, Meta(ge=1, le=50)] = 5
    language: Annotated[Language | None, Meta(description="Of the answers of FAQs; null: the site's first")] = None


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of a document, or a FAQ."""

    document_id: str
    chunk_id: int
    kind: Literal["document", "faq"]
    title: Annotated[str, Meta(description="Of the document; of a FAQ, the nearest way to ask")]
    heading: Annotated[str, Meta(description="What the piece stands under")]
    url: Annotated[str, Meta(description="Where the document came from; empty: it was sent")]
    text: Annotated[str, Meta(description="The piece; of a FAQ, the answer")]
    language: Language
    score: Annotated[float, Meta(description="How near it is, 0 to 1; 1: it has the order or model number asked for")]
    cosine: Annotated[float, Meta(description="Nearness in meaning alone")]
    overlap: Annotated[float, Meta(description="Share of the query's words that are in it, rare ones weighing more")]
    span: Annotated[tuple[int, int], Meta(description="Place in the document's text, in characters: from, to")]


class Results(msgspec.Struct, frozen=True, kw_only=True):
    results: list[Found]
    degraded: Annotated[str, Meta(description="Why only words were compared and not meaning; empty: both were")] = ""


class Building(msgspec.Struct, frozen=True, kw_only=True):
    """The index that is to follow the one in use."""

    generation: int
    embedding: Embedding
    chunks: Annotated[int, Meta(description="Already in it; there are `facts + passages` of the one in use to take over")]
    note: Annotated[str, Meta(description="Why it has to wait; empty: it goes on")]


class Stats(msgspec.Struct, frozen=True, kw_only=True):
    documents: Annotated[dict[Status, int], Meta(description="How many are at which step")]
    faqs: int
    pending: Annotated[int, Meta(description="Documents that are not ready yet")]
    chunks: Annotated[int, Meta(description="Pieces of documents")]
    questions: Annotated[int, Meta(description="Ways to ask for facts, tools and small talk")]
    languages: Annotated[dict[Language, int], Meta(description="Pieces of documents by language")]
    bytes: Annotated[int, Meta(description="What pieces, terms and vectors take in the database, indexes aside")]
    embedding: Embedding
    generation: Annotated[int, Meta(description="Goes up with every new index")]
    index: Annotated[Literal["exact", "hnsw"], Meta(description="hnsw: the site is large and has an index of its own")]
    building: Building | None


class Reindexing(msgspec.Struct, frozen=True, kw_only=True):
    status: Annotated[Literal["asked"], Meta(description="kb-worker begins within seconds; GET /v1/kb/stats shows how far it is")]
    generation: Annotated[int, Meta(description="In use until the next one takes over")]
