"""Yes or no, in all the colours people say it: "kyon nahin", "hai na", "abhi tak to nahin", "ਆਹੋ ਜੀ", "I'd rather not". ◆

What neither says nor denies ("pata nahin", "shayad", "kya matlab?") is no answer.
"""

import re

from brain.outbound.spelling import phrase, plain, spelt, words

_UNSURE = phrase(
    "pata nahin", "pta nahin", "maloom nahin", "malum nahin", "nahin pata", "nahin maloom", "nahin janta", "nahin janti",
    "(don't|dont|do not) know", "not (sure|certain)", "shayad", "may be", "maybe", "perhaps", "possibly",
    "sochna (padega|hoga|pavega|pega)", "soch (ke|kar) (bataunga|bataungi|batata|batati|batate|batange)", "dekhenge",
    "dekhte hain", "dekhna (padega|hoga)", "ho sakta hai", "kah nahin sakte", "nahin kah sakte", "depends", "vekhde han",
    "vekhange", "dasange", "let me think", "i will think", "i'll think", "puchna (padega|hoga|pavega)", "pooch ke bataunga",
    "yaad nahin", "nahin yaad", "kanfarm nahin", "confirm nahin", "ho bhi sakta", "kabhi kabhi", "sometimes",
)  # fmt: skip
_YES_IN_NOT = phrase(
    "kyon nahin", "why not", "no (problem|issue|worries|objection)", "koi (baat|bat|gal|gall) nahin",
    "koi (dikkat|problem|pareshani|taklif|aitraaz|aitraz|issue|harj) nahin", "(don't|dont|wouldn't|do not|would not) mind",
    "not a problem", "not at all a problem", "jarur kyon nahin", "no doubt", "mana nahin",
)  # fmt: skip
_NO_IN_YES = phrase(
    "bilkul (bhi )? nahin", "bilkul bhi nahin", "of course not", "absolutely not", "certainly not", "definitely not",
    "not really", "not yet", "no thanks", "no thank you", "rather not", "zaroorat nahin", "jarurat nahin", "lod nahin", "mana",
    "mana hai", "hargiz nahin", "kabhi nahin", "abhi nahin", "abhi tak nahin", "hun nahin", "hale nahin",
    "rehne (do|dijiye|deejiye)", "rahne (do|dijiye)", "rahin do", "thanks but no",
)  # fmt: skip
_YES = spelt(
    "haan han haa ha yes yeah yep yup ya yess okay ok sure bilkul zaroor jarur theek thik sahi correct right pakka definitely"
    " absolutely certainly aho aaho ahoo hanji chalega manzoor indeed exactly true agreed haanji beshak"
)
_NO = spelt("nahin nope nah no never not nako nahiyo nahiji nahinji nahiun")
_NEGATED = re.compile(
    r"(?<= )(?:don't|dont|doesn't|didn't|isn't|aren't|haven't|hasn't|won't|can't|cannot|couldn't|wouldn't|wasn't|cant|wont)(?= )"
)
_MEANS_YES = phrase(
    "chahie", "chahida", "chahidi", "chahta", "chahti", "chahte", "chahunga", "chahungi", "hai", "hain", "han", "hun", "hoon",
    "hega", "hegi", "haiga", "haigi", "ho (gaya|gayi|gya)", "mil (gaya|gayi|gya)", "kar (diya|liya|di|li|lenge|dijiye|do|dio)",
    "le (lenge|liya|li|lunga|lungi|lo)", "laga (hua|hai|di)", "pasand", "interested", "i (do|have|would|am|did|will|can|want)",
    "we (do|have|would|are|did|will|can|want)", "it (is|does|has|did)", "of course", "done", "karenge", "karna hai", "karni hai",
    "karunga", "karungi", "chalo", "aa gaya", "hoga", "hogi", "lena hai", "leni hai", "karna", "sakte hain", "sakta hun",
    "sakti hun", "jarur", "aayenge", "aaunga", "aaungi", "aavange", "karange", "ji", "jee", "please", "go ahead", "that's right",
    "(i'd|i would|we'd|would) love (to)?", "thats right", "ho chuka", "karwana hai", "kara (lenge|denge|do)", "milega", "rahega",
    "batao", "bataie", "bolo", "bolie", "daso", "kaho", "kahie", "puchie", "pucho", "dijie",
)  # fmt: skip
_ASKS = phrase(
    "kya", "kab", "kaise", "kaisa", "kaisi", "kitna", "kitne", "kitni", "kaun", "kon", "kahan", "kidhar", "kyon", "kis", "kiska",
    "kisne", "what", "when", "where", "how", "why", "which", "who", "whose", "ki hai", "kithe", "kina", "kine", "kini", "kadon",
    "kive", "kihda", "matlab", "kehra", "kihra", "keh rahe", "pardon",
)  # fmt: skip
_SO = spelt("ji jee sir madam bhai bhaiya ma'am mam sahab achha acha accha to toh arre are hello matlab well oh um hmm")
_AFTER_ALL = phrase("(matlab|sorry|actually|balki|mean|galti)")
_TAG = spelt("na")


def asks(text: str) -> bool:
    """It wants to know something of us, as far as its words go."""
    return "?" in text or "؟" in text or bool(_ASKS.search(_YES_IN_NOT.sub("", plain(text))))


def begins_with_yes_or_no(text: str) -> bool:
    own = [word for word in words(text) if word not in _SO]
    return bool(own) and own[0] in _YES | _NO


def yes_no(text: str) -> bool | None:
    """True, False, or neither."""
    said = plain(text)
    if _UNSURE.search(said):
        return None
    said, idioms_yes = _YES_IN_NOT.subn("", said)
    said, idioms_no = _NO_IN_YES.subn("", said)
    if idioms_yes and idioms_no:
        return None
    own = [word for word in said.split() if word not in _SO]
    if own[:1] == ["na"] or (own and set(own) <= _TAG):
        own = ["no", *own[1:]]
    yes, no = _places(own, _YES), [*_places(own, _NO), *([0] if _NEGATED.search(said) else [])]
    if idioms_yes:
        return None if no and not yes else True
    if idioms_no:
        return None if yes and own.index(own[yes[-1]]) > 0 and "chahie" in own else False
    if yes and no:
        return _both(own, yes, no, said)
    if no:
        return None if _ASKS.search(f" {' '.join(own)} ") and own[0] not in _NO else False
    if yes:
        return None if own[0] not in _YES and _ASKS.search(f" {' '.join(own)} ") else True
    if asks(text):
        return None
    return True if _MEANS_YES.search(plain(text)) else None


def _both(own: list[str], yes: list[int], no: list[int], said: str) -> bool | None:
    """ "Haan, nahin hai" denies; "nahin matlab haan" does not; of "nahin nahin, haan theek hai" nobody knows."""
    if _AFTER_ALL.search(said):
        return yes[-1] > no[-1]
    if yes[-1] < no[0]:
        return False if own[0] in _YES and no[0] - yes[-1] <= 3 else None
    return None


def _places(said: list[str], listed: frozenset[str]) -> list[int]:
    return [at for at, word in enumerate(said) if word in listed]
