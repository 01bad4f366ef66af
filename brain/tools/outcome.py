"""How the use of a tool can end other than well. Each has a sentence of its own: the caller is told what is true. ◆"""


class ToolFailed(Exception):
    """The message is for the log of a night engineer: no value of a caller's, nothing that a CRM wrote."""


class Away(ToolFailed):
    """It did not answer, talks nonsense, or we don't ask it now. For a write: it was not sent, or turned away at its door."""

    def __init__(self, why: str, *, again: bool = False) -> None:
        """`again`: a read may be tried once more."""
        super().__init__(why)
        self.again = again


class NotFound(ToolFailed):
    """It has nothing of that number."""


class Refused(ToolFailed):
    """It understood and said no: nothing was changed."""


class Uncertain(ToolFailed):
    """A write was sent, and nobody knows what became of it. It is never repeated by itself."""
