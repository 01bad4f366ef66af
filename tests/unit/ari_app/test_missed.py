"""Calls that went to people without us get their records when we are back, or when the database is."""

from dataclasses import replace
from pathlib import Path

from ari_app.call.routing import CannotTell, Found, NobodyHas
from ari_app.journal import Journal
from ari_app.missed import Left, Missed, make_up
from ari_app.recover import compare_notes
from core.events import CallAnswered, CallEnded, CallStarted, CallTransferred
from tests.unit.ari_app.fake_asterisk import channel
from tests.unit.ari_app.world import SITE, World, entry, told

NOTE = "1 1700000000 1000 +919876543210"
BEGINNING = [CallStarted, CallAnswered, CallTransferred]


def written(here: World, *values: str, present: bool = False) -> None:
    """What Asterisk answers about its globals, in the order in which it is asked."""
    here.asterisk.answers["GET", "/asterisk/variable"] = [(200, {"value": value}) for value in values]
    here.asterisk.answers["GET", "/channels"] = (200, [channel("1")] if present else [])


def noted(here: World) -> list[str]:
    """What was set in MISSED_NOTED."""
    return [asked["value"] for asked in here.asterisk.parameters if asked.get("variable") == "MISSED_NOTED" and "value" in asked]


def test_a_call_that_came_and_went_while_we_were_away_is_told_from_its_beginning_to_its_end(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        written(here, "1", "", NOTE, "1700000012 16")
        await make_up(here.board)
        assert here.kinds() == [*BEGINNING, CallEnded]
        assert [fact.at for fact in here.facts] == [1700000000.0, 1700000000.0, 1700000000.0, 1700000012.0]
        assert isinstance(started := here.facts[0], CallStarted)
        assert (started.caller, started.called, started.site_id) == ("+919876543210", "1000", SITE.site_id)
        assert (here.ended().outcome, here.ended().cause) == ("transferred", 16)
        assert noted(here) == ["1"]
        assert here.journal.entries() == []

    told(tmp_path, story)


def test_one_that_is_still_with_people_is_watched_to_its_end(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        written(here, "1", "", NOTE, present=True)
        await make_up(here.board)
        await here.asterisk.until(("POST", "/applications/haazir/subscription"))
        assert here.kinds() == BEGINNING
        here.end()
        await here.over()
        assert here.ended().outcome == "transferred"

    told(tmp_path, story)


def test_the_end_that_the_dialplan_did_not_see_is_told_all_the_same(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        written(here, "1", "", NOTE, "")
        await make_up(here.board)
        assert (here.ended().cause, here.ended().cause_text) == (127, "end not seen")
        assert here.ended().at > 1700000000.0

    told(tmp_path, story)


def test_nothing_is_told_twice(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        written(here, "3", "3")
        await make_up(here.board)
        assert here.facts == []
        assert ("GET", "/channels") not in here.asterisk.asked

    told(tmp_path, story)


def test_one_that_was_moved_while_we_slept_is_told_of_once(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        here.ring()
        await here.asterisk.until(("POST", "/channels/externalMedia"))
        here.end()
        await here.over()
        before = here.kinds()
        assert before[0] is CallStarted and before[-1] is CallEnded
        written(here, "1", "", NOTE, "1700000012 16", "yes")
        await make_up(here.board)
        assert (here.kinds(), noted(here)) == (before, ["1"])

    told(tmp_path, story)


def test_of_one_that_people_gave_to_us_the_beginning_is_told_too(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        here.ring()
        await here.asterisk.until(("POST", "/channels/externalMedia"))
        before = here.kinds()
        written(here, "1", "", NOTE, "", present=True)
        await make_up(here.board)
        assert here.kinds() == [*before, *BEGINNING]
        here.end()
        await here.over()
        assert here.kinds().count(CallEnded) == 1

    told(tmp_path, story)


def test_one_that_an_earlier_life_had_and_that_was_moved_is_told_of_by_its_journal_alone(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        Journal(tmp_path / "calls").write(entry())
        written(here, "1")
        await compare_notes(here.board)
        written(here, "1", "", NOTE, "1700000012 16", "yes")
        await make_up(here.board)
        assert here.kinds() == [CallEnded]
        assert noted(here) == ["1"]

    told(tmp_path, story)


def test_one_that_begins_while_we_look_for_its_site_is_told_of_once(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        class Slow:
            async def find(self, number: str) -> Found:
                here.journal.write(entry())
                return Found(SITE)

        here.board.doors = replace(here.board.doors, sites=Slow())
        written(here, "1", "", NOTE, "1700000012 16", "yes")
        await make_up(here.board)
        assert here.facts == []

    told(tmp_path, story)


def test_while_the_database_is_away_they_wait(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        here.sites.finding = CannotTell()
        written(here, "1", "", NOTE)
        await make_up(here.board)
        assert (here.facts, noted(here)) == ([], [])
        here.sites.finding = Found(SITE)
        written(here, "1", "", NOTE, "1700000012 16")
        await make_up(here.board)
        assert here.kinds() == [*BEGINNING, CallEnded]

    told(tmp_path, story)


def test_a_number_that_no_site_has_is_passed_over(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        here.sites.finding = NobodyHas()
        written(here, "1", "", NOTE)
        await make_up(here.board)
        assert (here.facts, noted(here)) == ([], ["1"])

    told(tmp_path, story)


def test_a_caller_whose_site_was_not_to_be_learnt_is_with_people_and_has_a_record_once_it_is(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        here.sites.finding = CannotTell()
        here.ring()
        await here.asterisk.until(("POST", "/channels/1/continue"))
        assert {"context": "people-unknown", "extension": "humans", "priority": "1"} in here.asterisk.parameters
        here.hear("StasisEnd")
        here.sites.finding = Found(SITE)
        written(here, "1", "", NOTE, present=True)
        await make_up(here.board)
        here.hear("ChannelDestroyed", cause=16, cause_txt="Normal Clearing")
        await here.over()
        assert here.kinds() == [*BEGINNING, CallEnded]

    told(tmp_path, story)


def test_an_end_without_a_cause_was_a_normal_one() -> None:
    assert [Left.read(f"1700000012 {cause}").cause for cause in ("17", "0", "")] == [17, 16, 16]
    assert Left.read("") == Left(None, 127)


def test_what_nobody_can_read_is_passed_over(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        written(here, "2", "", "1 yesterday 1000 +91", NOTE, "soon")
        await make_up(here.board)
        assert here.kinds() == [*BEGINNING, CallEnded]
        assert here.ended().cause == 127
        assert noted(here) == ["1", "2"]

    told(tmp_path, story)


def test_a_caller_without_a_number_is_read_as_such() -> None:
    assert Missed.read("1763.5 1700000000 1000 ") == Missed("1763.5", 1700000000.0, "1000", "")  # type: ignore[arg-type]
