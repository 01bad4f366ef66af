"""What the dialplan is told for the time when it has to act alone."""

from pathlib import Path

import msgspec

from ari_app.announcements import Announcements
from ari_app.ari.client import Ari
from ari_app.standing import StandingOrders
from core.ids import SiteId
from core.reception import Reception
from core.sites import Phrases, Site
from tests.unit.ari_app.fake_asterisk import FakeAsterisk
from tests.unit.ari_app.test_ari import with_ari

PHRASES = Phrases(greeting="Hello.", hold=("One moment.",), reminder="", again="", apology="", goodbye="", transfer="")
SITE = Site(site_id=SiteId("demo"), name="Demo", phrases={"en": PHRASES}, languages=("en",), operator="sales", recording=False)


def told(asterisk: FakeAsterisk) -> list[tuple[str, str]]:
    return [
        (given["variable"], given["value"])
        for asked, given in zip(asterisk.asked, asterisk.parameters, strict=True)
        if asked == ("POST", "/asterisk/variable")
    ]


def test_each_order_is_told_once_and_again_after_a_change_or_a_restart(tmp_path: Path) -> None:
    async def story(asterisk: FakeAsterisk, ari: Ari) -> None:
        announcements = Announcements(tmp_path / "tts.sock", tmp_path / "said")
        standing = StandingOrders(ari, announcements)
        await standing.tell("+91161555", SITE)
        await standing.tell("+91161555", SITE)
        assert told(asterisk) == [
            ("RECORD_91161555", "no"), ("PEOPLE_91161555", "sales"), ("NOBODY_91161555", "announcement"),
            ("VOICEMAIL_91161555", "120"), ("SAYS_91161555", announcements.path(SITE, "en")),
        ]  # fmt: skip
        await standing.tell("+91161555", msgspec.structs.replace(SITE, reception=Reception(nobody_free="voicemail")))
        assert told(asterisk)[5:] == [("NOBODY_91161555", "voicemail")]
        standing.forget()
        await standing.tell("+91161555", SITE)
        assert len(told(asterisk)) == 11

    with_ari(tmp_path, story)


def test_what_asterisk_did_not_take_is_told_with_the_next_call(tmp_path: Path) -> None:
    async def story(asterisk: FakeAsterisk, ari: Ari) -> None:
        standing = StandingOrders(ari, Announcements(tmp_path / "tts.sock", tmp_path / "said"))
        asterisk.answers["POST", "/asterisk/variable"] = (500, {"message": "no"})
        await standing.tell("1000", SITE)
        del asterisk.answers["POST", "/asterisk/variable"]
        before = len(told(asterisk))
        await standing.tell("1000", SITE)
        assert len(told(asterisk)) == before + 5

    with_ari(tmp_path, story)
