"""Markdown as models write it: as far as it is certain, harmless to show, and without the marks to say. ◆

Each function of a beginning gives a beginning of what it gives of the whole: text may come in pieces of any length.
"""

import re

from brain.wording import LIST_LEADS, LIST_LIMIT, and_more, listed
from core.sites import Language

_LINK = re.compile(r"!?\[([^\[\]\n]{0,200})\]\(((?:[^()\s]|\([^()\s]{0,100}\)){0,300})(?: \"[^\"()\n]{0,100}\")?\)")
_OPEN_LINK = re.compile(r"!?(?:\[[^\[\]\n]{0,200}(?:\](?:\([^()\n]{0,410})?)?)?$")
"""The beginning of a link, which may yet become one."""
_ADDRESS = re.compile(r"<?(?:https?://|\bwww\.)[^\s<>]*[^\s<>.,;:!?।)\]]>?", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]{0,200}>")
_OPEN_TAG = re.compile(r"<(?:/?[a-zA-Z][^<>\n]{0,200}|/)?$")
_SAFE = re.compile(r"^(?:https?://|mailto:|tel:|/|#)", re.IGNORECASE)
_UNSAFE = re.compile(r"\]\((?!https?://|mailto:|tel:|/|#)", re.IGNORECASE)
_SCRIPT = re.compile(r"\b(?:javascript|vbscript|data):(?=\S)", re.IGNORECASE)

_ITEM = re.compile(r"^\s{0,8}(?:[-*•+]|\d{1,2}[.)])\s+(.*)$")
_MAYBE_MARK = re.compile(r"^\s*(?:[-*•+_\s]*|\d{1,2}[.)]?|#{1,6}|>+)\s*$|^\s*`|\|")
"""A line that may yet become an item, a heading, a fence, a rule or a table's."""
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+(.*?)\s*#*$")
_RULE = re.compile(r"^\s*(?:[-*_]\s*){3,}$|^\s*[|-][\s:|-]*$")
_MARKS = re.compile(r"[*`~|]|(?<!\w)_+|_+(?!\w)|^\s*>+|<(?=[a-zA-Z/])|(?<=[a-zA-Z])>(?!\w)")
_LOST = re.compile(r"(?<=[.?!।…:])(?:\s+[,;:.?!।]+(?=\s|$))+|\s+(?=[,;:.?!।](?:\s|$))")
"""What marks and addresses leave behind: a mark after a mark, the space before one."""


def certain(raw: str, *, finished: bool) -> str:
    """`raw` without an end that more text could still make something else of: half a link, a tag, an address, a word."""
    before = None
    while not finished and raw != before:
        before = raw
        if raw and not raw[-1].isspace():
            raw = raw[: len(raw) - len(raw.split()[-1])]
        for opening in (_OPEN_LINK, _OPEN_TAG):
            if found := opening.search(raw):
                raw = raw[: found.start()]
    return raw


def harmless(text: str) -> str:
    """Safe to show: no images (an address in one is fetched without a click, and can carry away what was said), no HTML, links
    only to where a browser may go."""
    text = _LINK.sub(lambda link: link[1] if link[0][0] == "!" or not _SAFE.match(link[2]) else link[0], _TAG.sub("", text))
    return _SCRIPT.sub("", _UNSAFE.sub("] (", text.replace("![", "[")))


def spoken(text: str, language: Language, *, finished: bool) -> str:
    """As people say it: lists become sentences, headings and tables too; marks, addresses and code go."""
    *lines, last = text.split("\n")
    said, items, fenced = "", list[str](), False
    for place, line in enumerate([*lines, last] if finished else lines):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif fenced or _RULE.match(line):
            continue
        elif item := _ITEM.match(line):
            items.append(_words(item[1]))
        elif line.strip() or not items:
            said, items = _with_list(said, items, language), []
            said += _line(line) if place < len(lines) else _bare(line)
    if finished:
        return _with_list(said, items, language)
    if fenced or not _words(last) or any(kind.search(last) for kind in (_MAYBE_MARK, _ITEM, _HEADING)):
        return said.removesuffix("\n")  # a list may follow, and belong to the line before
    return _with_list(said, items, language) + _words(last)


def _line(line: str) -> str:
    """One line with the end of a sentence after it."""
    words = _bare(line)
    if not words:
        return ""
    return words + ("\n" if words[-1] in ".?!।…:" else ".\n")


def _bare(line: str) -> str:
    heading = _HEADING.match(line)
    return _words(heading[1] if heading else line)


def _with_list(said: str, items: list[str], language: Language) -> str:
    """ "Teen cheezein: EMI, COD aur UPI." After a line that ends in a colon its own words lead in."""
    items = [item.rstrip(".;,।") for item in items if item.strip(".;,। ")]
    if not items:
        return said
    shown = items[:LIST_LIMIT]
    rest = len(items) - len(shown)
    text = listed(shown, language) if not rest else f"{', '.join(shown)}, {and_more(rest, language)}"
    if said.endswith(":\n"):
        return f"{said[:-1]} {text}.\n"
    return f"{said}{LIST_LEADS[language].format(n=len(items))} {text}.\n" if len(items) > 1 else f"{said}{text}.\n"


def _words(text: str) -> str:
    """Without marks and addresses."""
    text = _LINK.sub(lambda link: link[1], _TAG.sub("", text))
    text = _ADDRESS.sub("", text)
    return " ".join(_LOST.sub("", _MARKS.sub("", text).replace("()", " ")).split())
