"""Romanised spellings that are two Hindi words: the words beside them tell which. ◆

"unhone kaha ki …" कहा कि      "order kaha hai" कहाँ      "order ki delivery" की
"""

from collections.abc import Callable, Sequence

_CLAUSE_ENDS = frozenset(
    "है हैं हूँ था थी थे हो होगा होगी कहा कहते बोला बोली बोले बोलो बोलते बताया बताई बताना बताओ सोचा सोचते लगा लगता पता सुना देखा पूछा "
    "पूछना लिखा समझा चाहता चाहते चाहती मतलब बात खेद माफ़ करो यक़ीन भरोसा वादा उम्मीद इतना इतनी क्यों ".split()
)
"""After these, ki begins a clause; after a noun it is the possessive."""
_CLAUSE_BEGINS = frozenset(
    "मैं मैंने हम हमने आप आपने तुम तुमने वो वह ये यह उसने उन्होंने मुझे हमें उसे मेरा मेरी मेरे आपका आपकी आपके हमारा कोई कौन क्या कब कहाँ कैसे "
    "क्यों अगर जब नहीं अब अभी".split()
)
_PLACE_FOLLOWS = frozenset(
    "है हैं हो था थी थे होगा होगी होंगे पर से तक का की के गया गई गए जा जाऊँ जाएगा जाना जाते मिल मिलेगा मिलेगी मिलता रह "
    "रहते रहा रही पहुँचा पहुँची रखा लगेगा आना आऊँ भेजा भेजूँ भेजना करूँ करें देखूँ".split()
)
_OF_A_RATE = frozenset("ब्याज विकास मूल्य प्रति बाज़ार".split())
_FEAR_FOLLOWS = frozenset("लग लगता लगा गया गई गए रहा रही रहे के".split())


def _ki(before: str, after: str) -> str:
    return "कि" if before in _CLAUSE_ENDS or after in _CLAUSE_BEGINS else "की"


def _kaha(before: str, after: str) -> str:
    return "कहाँ" if after in _PLACE_FOLLOWS and not before.endswith("ने") else "कहा"


def _dar(before: str, after: str) -> str:
    return "दर" if before in _OF_A_RATE and after not in _FEAR_FOLLOWS else "डर"


_SETTLED: dict[str, Callable[[str, str], str]] = {"ki": _ki, "kaha": _kaha, "dar": _dar}


def settled(typed: Sequence[str], written: Sequence[str]) -> list[str]:
    """`written`, with those of the words `typed` that are two words settled. Marks that end a sentence are words, too."""
    out = list(written)
    for place, word in enumerate(typed):
        if (choose := _SETTLED.get(word.lower())) and not written[place].isascii():
            before = out[place - 1] if place else ""
            out[place] = choose(before, out[place + 1] if place + 1 < len(out) else "")
    return out
