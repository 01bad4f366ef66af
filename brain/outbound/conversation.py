"""A turn of a call out: the interview takes the reply, or hands it to the normal decision and comes back to its question.

    Asked ─ interview.step ─┬─ Reply ──> our own lines                                    (no model, ever)
                            └─ Aside ──> brain.dialogue: tool, fact, document, model ──> the open question again

At the end of the conversation `result` is what it came to. Read brain/outbound/interview.py first.
"""

import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from brain import dialogue
from brain.dialogue import PERSON, Mind
from brain.elsewhere import ELSEWHERE
from brain.knowledge.match import Match
from brain.news import CALLBACK
from brain.outbound import interview as steps
from brain.outbound.assent import begins_with_yes_or_no, yes_no
from brain.outbound.lines import line
from brain.outbound.moves import TRIES, Heard, Reply, Step, Wants, open_question
from brain.outbound.script import Script
from brain.outbound.state import Interview
from brain.outbound.wishes import Wish, wants_no_calls, wish
from brain.recap_words import ANSWERS, CALLED
from brain.small_talk import SMALL_TALK
from brain.tools.job import Publisher
from brain.turn import Asked, AwaitTurn, Barrier, Done, Expects, Memory, Piece, Say, Told
from brain.understand import CALL_A_PERSON
from core.commands import OpenConversation
from core.events import DoNotCallAsked, OutboundResult
from core.ids import CallId
from core.numbers import e164
from core.purpose import Purpose, filled
from core.sites import Language, Site

PHONE_DIGITS = 10
MOST = 0.7
"""Of our first words, that they must have heard for their reply to be one."""
AT_ONCE: frozenset[Wish | None] = frozenset({"wrong_number", "refuses", "later", "not_here"})
"""Wishes to which it makes no difference who we are."""
LEAVES = ("mat call karo", "do not call me", "galat number hai", "wrong number", "abhi busy hoon", "baad mein call kijiye",
          "interest nahin hai", "bol raha hoon", "bol rahi hoon", "boliye")  # fmt: skip
"""Heard whatever is asked, also by a recogniser that hears only what it expects."""
_WANTS: dict[str, Wants] = {PERSON: "person", "repeat_answer": "again", "end_call": "bye"}


@dataclass(frozen=True, slots=True)
class CallOut:
    purpose: Purpose
    events: Publisher
    known: Callable[[], Memory] | None = None
    """The conversation's memory by now: of a turn that is committed, it says how much was heard of our words before."""


async def answer(asked: Asked, memory: Memory, mind: Mind, call: CallOut) -> AsyncIterator[Piece]:
    """The pieces of one answer, as brain.dialogue.answer gives them. CannotAnswer."""
    script = _script(asked, mind, call.purpose)
    interview = _interview(asked, memory, script)
    memory = replace(memory, interview=interview)
    language = _language(asked, memory)
    begins = asked.news == "answered" or (not asked.news and not interview.begun and not _leaves(asked))
    heard = None
    if call.known is not None and not begins and _is_first(asked, interview):
        yield AwaitTurn()
        heard = _heard_of_ours(memory, call.known())
        begins = _was_cut_off(memory, heard)
    step: Step | None
    if begins:  # also if what they said was to our hello: they know neither who we are nor why we call
        language = call.purpose.language or memory.language
        step = steps.begin(interview, language, script)
        step = step if heard is None else _unheard(step, memory, heard)
        memory = replace(memory, proposal=None, outcome=None)  # whatever they had begun with us before
    elif _lets_it_be(asked, memory, interview) and not wants_no_calls(asked.text):
        step = Reply(interview, open_question(interview, language, script))
    elif _is_elsewhere(asked, memory, interview):
        step = None
    else:
        step = steps.step(interview, await _heard(asked, memory, mind, language), script)
    if not isinstance(step, Reply):
        aside = memory if step is None else replace(memory, interview=step.interview)
        async for piece in _decided(asked, aside, mind, script):
            yield piece
        return
    if step.no_calls and (number := e164(script.caller)):
        yield Barrier()
        call.events.publish(_no_calls(asked, mind.site, number))
    for piece in _told(step, replace(memory, language=language), script):
        yield piece


def _no_calls(asked: Asked, site: Site, number: str) -> DoNotCallAsked:
    return DoNotCallAsked(call_id=CallId(asked.conversation), site_id=site.site_id, at=time.time(), number=number)


def _is_first(asked: Asked, interview: Interview) -> bool:
    """Their first words: perhaps over ours, which go on then, but not for ever; unless they want to be left alone."""
    return not asked.news and not interview.turns and interview.begun <= TRIES and not _leaves(asked)


def _leaves(asked: Asked) -> bool:
    return wants_no_calls(asked.text) or (asked.via == "voice" and wish(asked.text) in AT_ONCE)


def _ours(memory: Memory) -> tuple[str, ...]:
    """What we said last, sentence by sentence."""
    return memory.told.texts if memory.told is not None else ()


def _heard_of_ours(memory: Memory, known: Memory) -> str:
    """Before they spoke."""
    return known.recent[-1].answered if known.recent else " ".join(_ours(memory))


def _was_cut_off(memory: Memory, heard: str) -> bool:
    """Whether less than most of our first words was heard before they spoke."""
    return len(heard) < len(" ".join(_ours(memory))) * MOST


def _unheard(reply: Reply, memory: Memory, heard: str) -> Reply:
    """Our first words without the sentences that they have heard to the end; all of them, if that can't be told."""
    left = list(_ours(memory))
    while left and heard.startswith(left[0]):
        heard = heard.removeprefix(left.pop(0)).lstrip()
    says = tuple(said for said in reply.says if said[0] in left)
    return replace(reply, says=says, whole=max(0, reply.whole - len(reply.says) + len(says))) if says else reply


def wants_no_calls_any_more(asked: Asked) -> bool:
    """Said in a call of theirs: "why did you call? Mat call karo." """
    return asked.channel == "call" and asked.via == "voice" and bool(e164(asked.caller)) and wants_no_calls(asked.text)


async def no_calls(asked: Asked, memory: Memory, site: Site, events: Publisher) -> AsyncIterator[Piece]:
    """It is told at once, and said."""
    yield Barrier()
    events.publish(_no_calls(asked, site, e164(asked.caller)))
    says = line("no_calls", asked.language)
    for text, language in says:
        yield Say(text, language)
    kept = replace(memory, expects="anything", offered_person=False, meant="", proposal=None, misunderstood=0)
    yield Done("tool", replace(kept, told=Told(tuple(text for text, _ in says), asked.language)))


def result(opened: OpenConversation, memory: Memory) -> OutboundResult | None:
    """What the call came to; None if it was none, or nobody spoke with us."""
    interview = memory.interview
    if opened.purpose is None or interview is None or interview.call != opened.call_id:
        return None
    return OutboundResult(
        call_id=opened.call_id, site_id=opened.site_id, at=time.time(), status=interview.came_to, answers=interview.answers,
        unanswered=interview.unanswered, callback_at=interview.callback_at, transferred=interview.transferred,
        language=memory.language,
    )  # fmt: skip


def _script(asked: Asked, mind: Mind, purpose: Purpose) -> Script:
    now = (asked.at or datetime.now(UTC)).astimezone(ZoneInfo(mind.site.timezone))
    return Script(mind.site, purpose, purpose.questions(mind.site.forms), now, asked.caller)


def _interview(asked: Asked, memory: Memory, script: Script) -> Interview:
    """This call's, with the questions as they are now."""
    before = memory.interview
    mine = before if before is not None and before.call == asked.conversation else Interview(asked.conversation)
    questions = tuple(question.id for question in script.questions)
    return replace(mine, questions=questions, required=tuple(each.id for each in script.questions if each.required))


def _language(asked: Asked, memory: Memory) -> Language:
    """What they speak; one word ("haan", "okay") tells nothing of it."""
    return asked.language if asked.via == "voice" and len(asked.text.split()) > 1 else memory.language


def _is_elsewhere(asked: Asked, memory: Memory, interview: Interview) -> bool:
    """Whether the reply is for the normal decision: a tool's question, "shall I connect you?", "do you mean …?"."""
    if asked.news:
        return True
    if not interview.aside or wants_no_calls(asked.text):
        return False
    return not memory.offered_person or asked.via == "keypad" or yes_no(asked.text) is True


def _lets_it_be(asked: Asked, memory: Memory, interview: Interview) -> bool:
    """They want none of what it offered. (A tool that takes several turns knows what to say to that.)"""
    return interview.aside and memory.proposal is None and asked.via == "voice" and yes_no(asked.text) is False


async def _heard(asked: Asked, memory: Memory, mind: Mind, language: Language) -> Heard:
    keyed = asked.via == "keypad"
    clear = bool(asked.text.strip()) and (keyed or asked.confidence >= mind.least_confidence)
    match = await dialogue.asked_for(asked.text, memory, mind) if clear and not keyed else None
    key = match.entry.key if match is not None else ""
    known = bool(key) and key not in SMALL_TALK and key not in (ELSEWHERE, CALLBACK, *_WANTS)
    return Heard(asked.text, language, clear, keyed, known, _wants(asked, match))


def _wants(asked: Asked, match: Match | None) -> Wants:
    """Short replies are near to many ways of asking ("speaking", "haan boliye"): they count only word for word."""
    if asked.via == "keypad":
        return "person" if asked.text == CALL_A_PERSON else ""
    wants = _WANTS.get(match.entry.key, "") if match is not None else ""
    long = len(asked.text.split()) > 2 and not begins_with_yes_or_no(asked.text)
    return wants if match is not None and (match.exact or (long and wants != "again")) else ""


async def _decided(asked: Asked, memory: Memory, mind: Mind, script: Script) -> AsyncIterator[Piece]:
    """The normal decision's answer, and then what is open; unless that has asked something itself, or it is the end."""
    interview = memory.interview
    assert interview is not None, "set at the beginning of the turn"
    before = memory if interview.aside else replace(memory, expects="anything", conceal=False)
    goal = "" if interview.stage == "person" else _goal(script)
    async for piece in dialogue.answer(replace(asked, goal=goal), before, mind):
        if not isinstance(piece, Done):
            yield piece
            continue
        if piece.then != "listen" or _waits(piece.memory):
            left = replace(interview, aside=True, transferred=interview.transferred or piece.then == "transfer")
            summary = _for_person(script, left, piece.summary) if left.transferred else piece.summary
            yield replace(piece, memory=replace(piece.memory, interview=left), summary=summary)
            return
        reply = Reply(interview, open_question(interview, piece.memory.language, script))
        *says, done = _told(reply, piece.memory, script)
        for say in says:
            yield say
        assert isinstance(done, Done)
        yield replace(piece, memory=done.memory, then=done.then)


def _for_person(script: Script, interview: Interview, summary: str) -> str:
    """What they are told before all else: that we called, for what, and what was answered."""
    answers = ", ".join(f"{name} {value}" for name, value in interview.answers.items())
    language = script.site.operators_language
    called = CALLED[language].format(why=_goal(script) or script.purpose.kind)
    return " ".join(filter(None, (called, ANSWERS[language].format(answers=answers) if answers else "", summary)))


def _goal(script: Script) -> str:
    return filled(script.purpose.goal, script.purpose.variables).rstrip(".")


def _waits(memory: Memory) -> bool:
    return memory.expects != "anything" or memory.proposal is not None or memory.offered_person or bool(memory.meant)


def _told(reply: Reply, memory: Memory, script: Script) -> list[Piece]:
    interview = replace(reply.interview, aside=False, replies=(*LEAVES, *_replies(reply.interview, script)))
    expects, digits = _expected(interview, script)
    texts = tuple(text for text, _ in reply.says)
    memory = replace(
        memory, interview=interview, expects=expects, digits=digits, conceal=digits > 0, offered_person=False, meant="",
        misunderstood=0, told=Told(texts, memory.language),
    )  # fmt: skip
    done = Done("tool", memory, then="hang_up" if reply.ends else "listen")
    says = (Say(text, language, always=True, whole=at < reply.whole) for at, (text, language) in enumerate(reply.says))
    return [*says, done]


def _expected(interview: Interview, script: Script) -> tuple[Expects, int]:
    """What a reply will look like, and of how many digits."""
    question = script.question(interview.asking)
    if interview.stage in ("person", "consent", "talk") or interview.checking is not None:
        return "yes_no", 0
    if question is not None and question.type == "yes_no":
        return "yes_no", 0
    return ("digits", PHONE_DIGITS) if question is not None and question.type == "phone" else ("anything", 0)


def _replies(interview: Interview, script: Script) -> tuple[str, ...]:
    if interview.stage == "when":
        return ("{day}", "{time}", "{day} {time}")
    question = script.question(interview.asking)
    return ("{yes_no}",) if question is None or interview.checking is not None else script.replies(question)
