"""Whether somebody has lost their patience with us: words that hardly anyone says otherwise. ◆

What is broken, late or expensive is a complaint, and the agent's business; this is about abuse, threats and having had enough.
"""

import re

from core.script import latin

_ANGRY = re.compile(
    r"""\b(?:
    baka?va+s | bakwa+s | fa+la?tu+ | ghati?ya+ | be[vw]a?ko+ph? | be[vw]a?k[ou]+f | gadh[ae] | nikamm[ae] | dho[ck]?h?eba+[zj]
    | gussa | tang\saa+ | dima+g\s(?:mat\s)?kh?a?ra+b | bha+d\smein | sharm\snah?i[n]?\saati | chup\s(?:kar|raho|ho)
    | lo+t\srahe | cho+r\s(?:ho|hain|log) | consumer\scourt | police\s(?:mein|complaint)
    | useless | ridiculous | nonsense | idiots? | stupid | rubbish | pathetic | bullshit | f[*u]ck\w* | bloody | shut\sup
    | fed\sup | sick\sof | (?:so|very|really|i\sam|i'm)\s(?:angry|frustrated|annoyed) | worst\s(?:service|company|experience)
    | terrible\sservice | waste\sof\s(?:my\s)?time | wasting\smy\stime | sue\syou
    )\b""",
    re.VERBOSE | re.IGNORECASE,
)


def is_angry(text: str) -> bool:
    return bool(_ANGRY.search(" ".join(latin(text).split())))
