"""FAQs through the API: as a folder's facts are, live at once, and not taken away by the folder."""

import asyncio
import json
from typing import Any

import pytest

from brain.knowledge.embed import MiniLM
from brain.knowledge.generation import open_for_writing
from brain.knowledge.library import Library
from brain.knowledge.write import Doc, drop_docs, put_docs
from tests.unit.knowledge.desk import SHOP, Desk, Town, at_the_desk

PARKING = {
    "questions": {"en": ["is there parking", "where can i park"], "hi-Latn": ["parking hai kya"]},
    "answers": {"en": "Behind the house, two hours are free.", "hi-Latn": "Ghar ke peeche, do ghante muft."},
}


def test_a_faq_is_known_on_the_next_turn_in_every_language(town: Town, model: MiniLM) -> None:
    async def story(desk: Desk) -> None:
        made = await desk.ask("POST", "/faqs", json=PARKING)
        assert made.status_code == 201 and made.json()["questions"] == PARKING["questions"] and made.json()["origin"] == "api"
        faq = made.json()["id"]
        async with Library(desk.database, desk.embedders, 60.0) as library:
            match = await library.find(SHOP, "parking hai kya")
            assert match is not None and (match.entry.key, match.entry.answers) == (faq, PARKING["answers"])
            changed = {**PARKING, "answers": {"en": "There is none."}}
            assert (await desk.ask("PUT", f"/faqs/{faq}", json=changed)).status_code == 200
            library.changed(SHOP)  # what `listen` does when the database tells
            async with asyncio.timeout(10):  # a turn waits 50 ms for news at most; on a busy machine the next one has it
                while (match := await library.find(SHOP, "where can i park")) is None or match.entry.answers == PARKING[
                    "answers"
                ]:
                    continue
            assert match.entry.answers == {"en": "There is none."}
            assert (await desk.ask("DELETE", f"/faqs/{faq}")).status_code == 204
            library.changed(SHOP)
            async with asyncio.timeout(10):
                while await library.find(SHOP, "where can i park") is not None:
                    continue
        assert (await desk.ask("GET", f"/faqs/{faq}")).status_code == 404
        assert town.rows("select count(*) from kb_chunk where site_id = 'shop'") == [(0,)]

    at_the_desk(town, model, story)


def test_one_question_and_one_answer_are_enough_and_their_language_is_recognised(town: Town, model: MiniLM) -> None:
    async def story(desk: Desk) -> None:
        made = await desk.ask("POST", "/faqs", json={"question": "dukaan kab khulti hai", "answer": "Shop opens at nine."})
        assert made.json()["questions"] == {"hi-Latn": ["dukaan kab khulti hai"]}
        assert made.json()["answers"] == {"en": "Shop opens at nine."}
        best = (await desk.find("दुकान कब खुलती है"))[0]
        assert (best["kind"], best["document_id"], best["text"]) == ("faq", made.json()["id"], "Shop opens at nine.")
        assert best["title"] == "dukaan kab khulti hai"

    at_the_desk(town, model, story)


def test_search_shows_a_faq_once_in_the_language_asked_for(town: Town, model: MiniLM) -> None:
    async def story(desk: Desk) -> None:
        await desk.ask("PUT", "/faqs/parking", json=PARKING)
        await desk.write("The car park is closed on Sundays. Parking for bicycles is in front of the house.", "House rules")
        await desk.work()
        answer = await desk.ask("POST", "/search", json={"query": "parking", "language": "hi-Latn"})
        found = [(each["kind"], each["text"]) for each in answer.json()["results"]]
        assert found.count(("faq", PARKING["answers"]["hi-Latn"])) == 1 and len(found) == 2
        scores = [each["score"] for each in answer.json()["results"]]
        assert scores == sorted(scores, reverse=True) and all(0 <= score <= 1 for score in scores)

    at_the_desk(town, model, story)


def test_a_folder_takes_away_what_is_its_own_and_leaves_what_the_api_made(town: Town, model: MiniLM) -> None:
    async def story(desk: Desk) -> None:
        await desk.ask("PUT", "/faqs/from-api", json=PARKING)
        async with desk.database.as_site(SHOP) as rows:
            generation = await open_for_writing(rows, SHOP)
            folders = Doc("fact", "from-folder", {"en": "Ten days."}, {"en": ["can i return it"]})
            await put_docs(rows, generation, [folders], desk.embedders.offline)
        listed = (await desk.ask("GET", "/faqs")).json()["data"]
        assert [(faq["id"], faq["origin"]) for faq in listed] == [("from-api", "api"), ("from-folder", "folder")]
        async with desk.database.as_site(SHOP) as rows:
            generation = await open_for_writing(rows, SHOP)
            await drop_docs(rows, generation, [("fact", "from-folder"), ("fact", "never-was")])
        assert [faq["id"] for faq in (await desk.ask("GET", "/faqs")).json()["data"]] == ["from-api"]

    at_the_desk(town, model, story)


def test_faqs_are_listed_page_by_page_and_apart_by_site(town: Town, model: MiniLM) -> None:
    async def story(desk: Desk) -> None:
        for number in range(5):
            await desk.ask("PUT", f"/faqs/faq-{number}", json={"question": f"question {number}", "answer": "yes"})
        seen, cursor = list[str](), ""
        while cursor is not None:
            page = (await desk.ask("GET", "/faqs", params={"limit": 2, "cursor": cursor})).json()
            seen += [faq["id"] for faq in page["data"]]
            cursor = page["next_cursor"]
        assert seen == [f"faq-{number}" for number in range(5)]
        desk.key = "hz_bank_key"
        assert (await desk.ask("GET", "/faqs")).json() == {"data": [], "next_cursor": None}
        assert (await desk.ask("GET", "/faqs/faq-1")).status_code == 404
        assert (await desk.ask("DELETE", "/faqs/faq-1")).status_code == 404

    at_the_desk(town, model, story)


@pytest.mark.parametrize(
    ("sent", "complaint"),
    [
        ({}, "body.questions"),
        ({"question": "why"}, "body.answers"),
        ({"answer": "because"}, "body.questions"),
        ({"questions": {"xx": ["a"]}, "answers": {"en": "b"}}, "body.questions"),
        ({"questions": {"en": []}, "answers": {"en": "b"}}, "body.questions"),
        ({"questions": {"en": ["  "]}, "answers": {"en": "b"}}, "blank"),
        ({"questions": {"en": ["a\0"]}, "answers": {"en": "b"}}, "NUL"),
    ],
)
def test_a_faq_that_nobody_could_ask_for_is_refused(town: Town, model: MiniLM, sent: dict[str, Any], complaint: str) -> None:
    async def story(desk: Desk) -> None:
        answer = await desk.ask("POST", "/faqs", json=sent)
        assert answer.status_code == 422 and complaint in json.dumps(answer.json()), answer.text

    at_the_desk(town, model, story)
