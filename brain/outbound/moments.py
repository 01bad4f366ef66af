"""When somebody wants to be called: "kal shaam paanch baje", "aadhe ghante baad", "in ten minutes". ◆"""

import re
from datetime import datetime, time, timedelta

from brain.outbound.days import canonical, day_said
from brain.tools.when import time_in

USUAL = time(11)
"""Of a day that was named without a time."""
_SOON = re.compile(
    r" ([\d.]+) (minute|ghante|hour|hours|ghanta|hr) (?:(?:ke|ki|de) )?(?:bad|men|andar|later|from|tak|vich)(?= )"
    r"| (?:in|after) ([\d.]+) (minute|hour|hours|ghante)(?= )"
)
_HALF_HOUR = re.compile(r" 0\.5 an hour(?= )")
_QUARTERS = {".25": ":15", ".5": ":30", ".75": ":45"}


def moment_said(text: str, now: datetime) -> datetime | None:
    """`now`: their time. None: no time is named, or one that is past."""
    said = f" {' '.join(canonical(text))} "
    if _HALF_HOUR.search(said):
        return now + timedelta(minutes=30)
    if (soon := _SOON.search(said)) is not None:
        count, unit = float(soon[1] or soon[3]), soon[2] or soon[4]
        minutes = count * (1 if unit == "minute" else 60)
        return now + timedelta(minutes=minutes) if 0 < minutes <= 24 * 60 else None
    day, at = day_said(text, now.date()), time_in(_clock(said))
    if day is None and at is None:
        return None
    moment = datetime.combine(day or now.date(), at or USUAL, now.tzinfo)
    if moment <= now and day is None:
        moment += timedelta(days=1)
    return moment if moment > now else None


def _clock(said: str) -> str:
    """As brain.tools.when reads it."""
    said = re.sub(r" (?:sham|evening|shami)(?= )", " shaam", said)
    said = re.sub(r"(?<=\d)(\.25|\.5|\.75)(?= )", lambda part: _QUARTERS[part[1]], said)
    return re.sub(r" (?:vaje|vajje|baje|bje|oclock|o'clock)(?= )", " baje", said)
