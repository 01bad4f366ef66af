"""Server-sent events out of bytes, however they were cut: b'data: {"a"' b':1}\\n\\n' -> '{"a":1}'. ◆

The WHATWG "text/event-stream" format, as far as LLM servers use it: `data` only, other fields and comments are skipped.
"""

LONGEST_LINE = 2**18
"""Bytes. A line that does not end is no event stream."""


class NotAnEventStream(ValueError):
    """The bytes are something else."""


class Events:
    """`for data in events.push(chunk)`: the events that are complete now."""

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[str] = []

    def push(self, chunk: bytes) -> list[str]:
        """NotAnEventStream for an endless line or for what is not UTF-8."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        if len(self._rest) > LONGEST_LINE:
            raise NotAnEventStream("a line does not end")
        found = [self._line(line.removesuffix(b"\r")) for line in lines]
        return [data for data in found if data is not None]

    def _line(self, line: bytes) -> str | None:
        """The event that this line ends."""
        if not line:
            data, self._data = self._data, []
            return "\n".join(data) if data else None
        field, _, value = line.partition(b":")
        if field == b"data":
            try:
                self._data.append(value.removeprefix(b" ").decode())
            except UnicodeDecodeError as error:
                raise NotAnEventStream("not UTF-8") from error
        return None
