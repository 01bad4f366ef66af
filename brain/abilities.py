"""What a site's agent can be asked: from the site's name, the tools it allows and the questions it knows. ◆"""

from collections.abc import Mapping, Sequence

from brain.wording import Lines, listed
from core.sites import Language

EXAMPLES = 2
"""Questions that are named: nobody listens to more."""

_NOUNS: dict[str, Lines] = {
    "check_order_status": {"hi-Latn": "order ki sthiti", "en": "your order", "hi": "ऑर्डर की स्थिति", "pa": "ਆਰਡਰ ਦੀ ਸਥਿਤੀ"},
    "update_order_status": {
        "hi-Latn": "order cancel ya vaapas karna",
        "en": "cancelling or returning it",
        "hi": "ऑर्डर कैंसल या वापस करना",
        "pa": "ਆਰਡਰ ਕੈਂਸਲ ਜਾਂ ਵਾਪਸ ਕਰਨਾ",
    },
    "schedule_callback": {
        "hi-Latn": "vaapas call mangwana",
        "en": "a call back",
        "hi": "वापस कॉल मँगवाना",
        "pa": "ਵਾਪਸ ਕਾਲ ਮੰਗਵਾਉਣੀ",
    },
}
"""Tools of ours, in words. What a site declared is named by a way to ask for it."""
_ANYWHERE = frozenset({"transfer_to_operator", "end_call", "repeat_answer", "collect_lead"})
"""Of every site's, or nothing that one asks."""

_ABOUT: Lines = {
    "hi-Latn": "Aap mujhse {name} ke baare mein poochh sakte hain{nouns}.",
    "en": "You can ask me about {name}{nouns}.",
    "hi": "आप मुझसे {name} के बारे में पूछ सकते हैं{nouns}।",
    "pa": "ਤੁਸੀਂ ਮੈਨੂੰ {name} ਬਾਰੇ ਪੁੱਛ ਸਕਦੇ ਹੋ{nouns}।",
}
_NAMED: Lines = {"hi-Latn": ", jaise {list}", "en": ", such as {list}", "hi": ", जैसे {list}", "pa": ", ਜਿਵੇਂ {list}"}
_SAY: Lines = {
    "hi-Latn": "Boliye: {list}.",
    "en": "For example: {list}.",
    "hi": "बोलिए: {list}।",
    "pa": "ਬੋਲੋ: {list}।",
}
_OR: Lines = {"hi-Latn": "ya", "en": "or", "hi": "या", "pa": "ਜਾਂ"}


def told(name: str, tools: Mapping[str, Sequence[str]], questions: Sequence[str], language: Language) -> tuple[str, ...]:
    """A sentence, and another with examples. `tools`: those allowed, and how each is asked for in `language`; `questions`: some
    that the site answers, in `language`."""
    nouns = [_NOUNS[tool][language] for tool in tools if tool in _NOUNS]
    named = _NAMED[language].format(list=listed(nouns, language)) if nouns else ""
    about = _ABOUT[language].format(name=name, nouns=named)
    own = [ways for tool, ways in tools.items() if tool not in _NOUNS and tool not in _ANYWHERE]
    examples = [*([way for ways in own for way in ways if "{" not in way][:1]), *questions]
    quoted = [f"“{example.rstrip(' ?।.')}”" for example in dict.fromkeys(examples)][:EXAMPLES]
    return (about, _SAY[language].format(list=f" {_OR[language]} ".join(quoted))) if quoted else (about,)
