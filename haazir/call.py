"""`haazir call`: a real SIP call to the running instance, spoken by WAV files, and what came of it.

dial ── greeting ── say, listen ── say, listen ── … ── hang up ── the server's record beside our own measurements
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvloop

from core.audio import Pcm
from core.settings import Settings, load
from haazir.caller import server, wav
from haazir.caller.measure import Outcome, exchanges
from haazir.caller.phone import Phone, new_caller
from haazir.caller.precedence import first_served
from haazir.caller.report import table, tree
from haazir.caller.script import Call, CallOver, CallRefused, NotHeard
from haazir.caller.voices import VoiceError, Voices


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing to say: a sound or keys."""

    name: str
    sound: Pcm | None = None
    keys: str = ""


class _InOrder(argparse.Action):
    """--wav, --say and --digits may be mixed: turns are taken in the order they are written."""

    def __call__(self, _parser: object, namespace: argparse.Namespace, values: Any, option: str | None = None) -> None:
        namespace.turns = [*(namespace.turns or []), *((str(option).lstrip("-"), value) for value in values)]


def main(arguments: list[str]) -> int:
    options = _parse(arguments)
    settings = load()
    try:
        turns = [_turn(settings, kind, value, options.voice) for kind, value in options.turns or []]
        with first_served():
            outcome, heard = uvloop.run(place(settings, options.site, turns, options.quiet))
    except (wav.WavError, VoiceError, server.NoServer, server.NoRecord, NotHeard) as error:
        print(f"haazir call: {error}", file=sys.stderr)
        return 1
    except CallRefused as refusal:
        print(
            f"haazir call: the call was refused: {refusal} ({_MEANING.get(refusal.status, 'see bin/haazir doctor')})",
            file=sys.stderr,
        )
        return 1
    if options.save:
        wav.write(options.save, heard)
    print(json.dumps(tree(outcome), indent=2, ensure_ascii=False) if options.json else table(outcome))
    return 1 if outcome.problems else 0


_MEANING = {
    404: "nobody has that number",
    408: "Asterisk did not answer at all; see bin/haazir doctor",
    486: "busy: as many calls as the site or the instance takes are up",
    503: "busy: as many calls as the instance takes are up",
}


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bin/haazir call",
        description="Places a SIP call to the running instance, takes turns, and prints what was said, heard and measured.",
        epilog="Example: bin/haazir call --wav question.wav --say 'where is my order' --digits 12345 --save heard.wav",
    )
    parser.add_argument("--site", default="demo", help="which site to call (default: demo)")
    parser.add_argument(
        "--wav", nargs="+", action=_InOrder, dest="turns", metavar="FILE", help="say a wave file; any rate, mono or stereo"
    )
    parser.add_argument("--say", nargs="+", action=_InOrder, dest="turns", metavar="TEXT", help="say a text, with eSpeak's voice")
    parser.add_argument("--digits", nargs="+", action=_InOrder, dest="turns", metavar="KEYS", help="press keys (0-9 * #)")
    parser.add_argument("--voice", default="en-us", help="eSpeak voice for --say: en-us, en+f2, hi, … (default: en-us)")
    parser.add_argument(
        "--quiet", type=float, default=1.2, metavar="S", help="the agent has finished after this silence (default: 1.2)"
    )
    parser.add_argument("--save", type=Path, metavar="FILE", help="write what was heard to a wave file")
    parser.add_argument("--json", action="store_true", help="everything, for programs")
    return parser.parse_args(arguments)


def _turn(settings: Settings, kind: str, value: str, voice: str) -> Turn:
    match kind:
        case "wav":
            return Turn(Path(value).name, sound=wav.read(Path(value)))
        case "say":
            return Turn(value, sound=Voices(settings.home / "cache" / "callers").say(value, voice))
    if strange := set(value) - set("0123456789*#ABCD"):
        raise wav.WavError(f"--digits {value}: no such key: {' '.join(sorted(strange))}")
    return Turn(value, keys=value)


async def place(settings: Settings, site_id: str, turns: Sequence[Turn], quiet: float) -> tuple[Outcome, Pcm]:
    """One call from the first ring to its record; and the sound heard."""
    target = await server.find(settings, site_id)
    caller, problems = new_caller(), []
    async with Phone.open() as phone, phone.call(target.sip, target.number, caller=caller) as call:
        await call.answered()
        try:
            await converse(call, turns, quiet)
        except (NotHeard, CallOver) as problem:
            problems.append(str(problem))
        await call.hang_up()
    record = await target.record(caller, call.dialled_at)
    return outcome(call, caller, record, problems), call.ears.recording()


async def converse(call: Call, turns: Sequence[Turn], quiet: float) -> None:
    """Listen to the greeting, then say each turn and listen to the answer. NotHeard, CallOver."""
    await call.agent_speaks(since=call.answered_at)
    await call.agent_quiet(quiet)
    for turn in turns:
        if turn.sound is not None:
            await call.say(turn.sound, turn.name)
        else:
            await call.press(turn.keys)
        await call.agent_speaks(15.0)
        await call.agent_quiet(quiet)


def outcome(call: Call, caller: str, record: server.Record, problems: list[str]) -> Outcome:
    """What a finished call amounts to."""
    assert call.answered_at is not None
    greeting = call.ears.first_sound_after(call.answered_at)
    return Outcome(
        caller=caller,
        dialled_at=call.dialled_at,
        answered_at=call.answered_at,
        ended_at=call.ended_at or time.time(),
        ended_by="the server" if call.ended_by == "them" else "us",
        greeting_after=None if greeting is None else greeting - call.answered_at,
        exchanges=exchanges(call.mouth.spoken, call.ears, call.answered_at, record.get("turns", [])),
        pacing=call.ears.pacing(),
        record=record,
        problems=problems,
    )
