"""Words that mean nearly the same where people ask: whoever says one of a line may be answered by another of it. ◆

A line is a name, then English words as `normal.stem` leaves them or as they are written. `kinds` says what a question wants to
know: a time, a price, a place, a way, a person.
"""

import re

LINES = """
cost: price cost charge fee rate money rupee amount expense expensive cheap rent tariff
pay: pay payment paid deposit fill swipe cash card upi netbanking cheque
off: discount offer concession sale off cheaper scholarship deal
instalment: instalment emi monthly parts part finance
back: return refund back lautana
time: time timing hour duration schedule
open: open close shut start working late
begin: start begin commence launch session
place: place far metro address location located direction landmark reach map road situated site
home: home house doorstep flat residence ghar
book: book booking appointment slot reserve reservation schedule
cancel: cancel cancellation drop withdraw remove stop
alter: change modify reschedule shift move switch alter exchange swap replace transfer
broken: broken damaged faulty defective damage crack cracked dead
wrong: wrong incorrect different mistake
lost: lost misplaced missing lose gone
again: again duplicate copy reprint resend old another
test: test check checkup examination screening exam investigation mock
report: report result reading finding
doctor: doctor physician specialist gynaecologist consultant consultation
child: child children kid baby infant son daughter boy girl
old: old elderly senior aged
woman: woman female lady girl women mahila
teacher: teacher faculty professor tutor lecturer instructor teach
class: class batch lecture lesson classes
course: course coaching program programme training preparation prepare
join: join admission enrol enroll enrolment registration register seat
study: study reading learn
material: book note material notes
recording: recording recorded video record
stay: hostel stay accommodation room lodging live pg
food: food meal mess eat breakfast lunch canteen diet
vehicle: car bike scooter vehicle parking park
ride: bus van transport pickup cab drop
send: send deliver delivery ship shipping dispatch courier reach parcel package
parcel: product item parcel package order thing
person: person human operator agent executive representative supervisor manager staff someone
complaint: complaint complain rude unhappy unsatisfied dissatisfied
job: job work vacancy hiring career resume recruit employment naukri
wait: wait long soon
paper: document paper slip certificate id marksheet
bill: invoice bill receipt slip
prescription: prescription slip referral
phone: phone mobile cellphone handset smartphone
contact: contact number email whatsapp call
holiday: holiday diwali holi festival vacation
online: online internet web website app link download
warranty: warranty guarantee
repair: repair fix mend service
empty: fasting empty hungry fast eat breakfast
safe: safe safety security secure guard camera
repeat: repeat again
genuine: genuine original real fake duplicate
wrap: wrap wrapping gift packing pack
quick: quick urgent fast express immediate same
"""

_SPAN = "time|day|hour|week|month|year"
_COUNTED = "student|child|person|people|bed|point|percent|mark"
KINDS = {
    "when": rf"how (?:much |many )?(?:long|soon|late|{_SPAN})s?|when|what time|which (?:day|date)|date",
    "cost": rf"how much(?! (?:long|{_SPAN}|{_COUNTED}))|price|cost|charges?|fees?|rate",
    "where": r"where|which (?:place|road|area|side)|address|location|located",
    "way": r"how(?! (?:much|many|long|soon|late|old|far|big|good))|process|procedure|way",
    "who": r"who|whom|which (?:doctor|teacher|person)",
    "count": rf"how (?:much |many )?(?:{_COUNTED})s?|size|strength",
    "why": r"why",
    "which": r"which|what kind",
}
_PATTERNS = {kind: re.compile(rf"\b(?:{words})\b") for kind, words in KINDS.items()}


def _by_word() -> dict[str, tuple[str, ...]]:
    concepts: dict[str, tuple[str, ...]] = {}
    for line in LINES.strip().splitlines():
        name, _, words = line.partition(": ")
        for word in words.split():
            concepts[word] = (*concepts.get(word, ()), name)
    return concepts


CONCEPTS = _by_word()
"""Word -> the concepts that it stands for."""


def kinds(english: str) -> frozenset[str]:
    """What an English question wants to know."""
    return frozenset(kind for kind, pattern in _PATTERNS.items() if pattern.search(english))
