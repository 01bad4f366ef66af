"""What the documents quote of the code is what the code says."""

from pathlib import Path

from tests import diagrams

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_diagrams_are_what_the_code_prints() -> None:
    assert (DOCS / "diagrams.md").read_text() == diagrams.render(), "run: python -m tests.diagrams > docs/diagrams.md"
