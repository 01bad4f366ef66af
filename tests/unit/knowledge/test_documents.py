"""Documents from the first byte to the last search: sent, read, found, replaced, deleted."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web

from brain.knowledge.embed import MiniLM
from kb_api.ingest import queue
from tests.unit.knowledge.desk import SHOP, Desk, Town, at_the_desk
from tests.unit.knowledge.files import pdf, word

REFUNDS = "Refunds reach the bank account within seven working days after the parcel is back in our warehouse."
MUSEUM = "The museum opens at nine in the morning and closes at six in the evening, on Mondays it stays shut."


def left_on_disk(town: Town) -> list[Path]:
    return [path for path in town.settings.uploads_dir.rglob("*") if path.is_file()]


def test_a_document_is_accepted_at_once_read_found_and_gone_for_good(town: Town, model: MiniLM) -> None:
    async def story(desk: Desk) -> None:
        sent = await desk.write(REFUNDS, "Refund policy")
        assert sent["status"] == "queued" and sent["progress"] == {"chunks": 0, "embedded": 0}
        assert await desk.find("when do i get my refund") == []
        await desk.work()
        ready = await desk.document(sent["id"])
        assert (ready["status"], ready["reason"], ready["progress"]) == ("ready", "", {"chunks": 1, "embedded": 1})
        best = (await desk.find("mera refund kab aayega"))[0]
        assert (best["document_id"], best["title"], best["text"], best["kind"]) == (
            sent["id"],
            "Refund policy",
            REFUNDS,
            "document",
        )
        assert best["span"] == [0, len(REFUNDS)] and 0.3 < best["score"] <= 1
        assert left_on_disk(town) == []
        assert (await desk.ask("DELETE", f"/documents/{sent['id']}")).status_code == 204
        assert await desk.find("when do i get my refund") == []
        assert (await desk.ask("GET", f"/documents/{sent['id']}")).status_code == 404
        async with desk.database.as_site(SHOP) as rows:
            for table in ("kb_chunk", "kb_term", "kb_document", "kb_doc"):
                query = f"select count(*) from {table} where site_id = 'shop'"
                assert await (await rows.execute(query.encode())).fetchone() == (0,), table

    at_the_desk(town, model, story)


FORMATS = [
    (pdf("Terms of the shop", REFUNDS), "terms.pdf", "pdf"),
    (word("Refund policy", "Please read on.", REFUNDS), "policy.docx", "docx"),
    (f"<html><head><title>Help</title></head><body><h2>Refunds</h2><p>{REFUNDS}</p></body></html>".encode(), "a.html", "html"),
    (f"# Help\n\n## Refunds\n\n{REFUNDS}\n".encode(), "a.md", "markdown"),
    (f"topic,answer\nrefund,{REFUNDS}\nparking,Behind the house\n".encode(), "a.csv", "csv"),
    (REFUNDS.encode(), "a.txt", "text"),
    (REFUNDS.encode("utf-16"), "a.txt", "text"),
    (pdf(REFUNDS), "notes.txt", "pdf"),  # names lie
    (b"Refunds take seven working days, just words", "report.pdf", "text"),
]


def test_every_format_is_read_and_found_as_what_it_is(town: Town, model: MiniLM) -> None:
    async def story(desk: Desk) -> None:
        for data, name, kind in FORMATS:
            document = await desk.read(data, name, "application/octet-stream")
            assert (document["status"], document["kind"], document["reason"]) == ("ready", kind, ""), name
            assert document["bytes"] == len(data) and document["title"]
            best = (await desk.find("refund kitne din mein milega"))[0]
            assert best["document_id"] == document["id"] and "seven working days" in " ".join(best["text"].split()), name
            await desk.ask("DELETE", f"/documents/{document['id']}")

    at_the_desk(town, model, story)


def test_only_what_changed_is_embedded_again(town: Town, model: MiniLM) -> None:
    sections = [f"# Branch {city}\n\nThe branch in {city} repairs phones and sells cameras." for city in ("Pune", "Agra", "Kota")]

    async def story(desk: Desk) -> None:
        sent = await desk.write("\n\n".join(sections), "Branches")
        await desk.work()
        embedded: list[str] = []
        whole = desk.embedders.offline.passages

        async def counting(texts: Any) -> Any:
            embedded.extend(texts)
            return await whole(texts)

        desk.embedders.offline.passages = counting  # type: ignore[method-assign]  # the real one, overheard
        changed = "\n\n".join([*sections[:2], sections[2].replace("cameras", "watches")])
        answer = await desk.ask("PUT", f"/documents/{sent['id']}", json={"text": changed})
        assert answer.status_code == 202 and answer.json()["status"] == "queued"
        assert "cameras" in (await desk.find("cameras in kota"))[0]["text"], "the old one answers until the new one is ready"
        await desk.work()
        assert len(embedded) == 1 and "watches" in embedded[0]
        assert "watches" in (await desk.find("watches in kota"))[0]["text"]
        assert not any("Kota" in each["text"] and "cameras" in each["text"] for each in await desk.find("cameras in kota"))

    at_the_desk(town, model, story)


def test_a_new_version_that_can_t_be_read_leaves_the_old_one_in_place_and_says_why(town: Town, model: MiniLM) -> None:
    async def story(desk: Desk) -> None:
        sent = await desk.write(REFUNDS, "Refund policy")
        await desk.work()
        bad = {"file": ("policy.pdf", b"%PDF-1.7 torn", "application/pdf")}
        assert (await desk.ask("PUT", f"/documents/{sent['id']}", files=bad)).status_code == 202
        await desk.work()
        failed = await desk.document(sent["id"])
        assert failed["status"] == "failed" and "damaged" in failed["reason"]
        assert (await desk.find("when do i get my refund"))[0]["text"] == REFUNDS
        assert left_on_disk(town) == []

    at_the_desk(town, model, story)


def test_a_document_of_a_url_is_fetched_read_and_refused_for_what_its_server_says(town: Town, model: MiniLM) -> None:
    async def page(request: web.Request) -> web.Response:
        if request.path == "/help":
            return web.Response(
                text=f"<html><title>Help</title><h1>Refunds</h1><p>{REFUNDS}</p></html>", content_type="text/html"
            )
        return web.Response(status=403)

    async def story(desk: Desk) -> None:
        app = web.Application()
        app.router.add_get("/{any:.*}", page)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            host = f"127.0.0.1:{runner.addresses[0][1]}"
            desk.steps._allowed = frozenset({host})  # as [knowledge] url_hosts
            allowed = msgspec.structs.replace(desk.settings.knowledge, url_hosts=host)
            desk.doors_settings(msgspec.structs.replace(desk.settings, knowledge=allowed))
            ids = {}
            for path in ("help", "secret"):
                answer = await desk.ask("POST", "/documents", json={"url": f"http://{host}/{path}"})
                assert answer.status_code == 202, answer.text
                ids[path] = answer.json()["id"]
            await desk.work()
            ready = await desk.document(ids["help"])
            assert (ready["status"], ready["title"], ready["kind"]) == ("ready", "Help", "html")
            best = (await desk.find("refund kab milega"))[0]
            assert (best["url"], best["heading"]) == (f"http://{host}/help", "Refunds")
            failed = await desk.document(ids["secret"])
            assert failed["status"] == "failed" and "answers 403" in failed["reason"]
        finally:
            await runner.cleanup()

    at_the_desk(town, model, story)


def test_a_document_deleted_while_it_is_read_leaves_nothing(town: Town, model: MiniLM) -> None:
    async def story(desk: Desk) -> None:
        sent = await desk.write("\n\n".join(f"# Rule {number}\n\n{REFUNDS}" for number in range(40)))
        claim = await queue.claim(desk.database, "")
        assert claim is not None
        await desk.steps.take(claim)  # read, and the first pieces embedded
        assert (await desk.document(sent["id"]))["status"] == "embedding"
        claim = await queue.claim(desk.database, "")
        assert claim is not None and (await desk.ask("DELETE", f"/documents/{sent['id']}")).status_code == 204
        await desk.steps.take(claim)
        assert await desk.work() == [] and left_on_disk(town) == [] and await desk.find("refund") == []

    at_the_desk(town, model, story)


def test_a_worker_that_dies_gives_its_document_back_and_the_next_goes_on(town: Town, model: MiniLM) -> None:
    text = "\n\n".join(f"# Shop {number}\n\nShop number {number} sells the lamp L-{1000 + number}." for number in range(70))

    async def story(desk: Desk) -> None:
        sent = await desk.write(text, "Shops")
        claim = await queue.claim(desk.database, "")
        assert claim is not None
        await desk.steps.take(claim)
        assert (await desk.document(sent["id"]))["progress"] == {"chunks": 70, "embedded": 32}
        dead = await queue.claim(desk.database, "")
        assert dead is not None and await queue.claim(desk.database, "") is None, "it is the dead worker's for a minute"
        made = next(path for path in left_on_disk(town) if path.name.startswith("made."))
        with made.open("ab") as file:
            file.write(b'{"piece": {"body": "half a li')
        town.run("update kb_document set due_at = now()")  # the minute is over
        desk.steps._places.clear()  # another process, which remembers nothing
        await desk.work()
        assert (await desk.document(sent["id"]))["progress"] == {"chunks": 70, "embedded": 70}
        best = (await desk.find("lamp L-1069 kahan milega"))[0]
        assert "L-1069" in best["text"] and best["score"] == 1, "an id comes before all else"
        assert not await queue.hold(desk.database, dead), "it comes back, and has lost it"

    at_the_desk(town, model, story)


def test_sites_take_turns_and_so_do_a_sites_documents(town: Town, model: MiniLM) -> None:
    long = "\n\n".join(f"# Part {number}\n\nPart number {number} of the long book." for number in range(70))

    async def story(desk: Desk) -> None:
        book = await desk.write(long, "Long")
        notes = [await desk.write(f"short note {number} of the shop") for number in range(3)]
        desk.key = "hz_bank_key"
        await desk.write(MUSEUM)
        await desk.write(MUSEUM)
        assert (await desk.work())[:4] == ["bank", "shop", "bank", "shop"], "two documents don't wait for a book"
        finished = (
            "select d.key from kb_document join kb_doc d using (site_id, doc_id) where site_id = 'shop' order by changed_at"
        )
        assert [key for (key,) in town.rows(finished)] == [*(note["id"] for note in notes), book["id"]]

    at_the_desk(town, model, story)


def test_many_at_once_are_accepted_and_their_progress_is_to_be_seen(town: Town, model: MiniLM) -> None:
    async def story(desk: Desk) -> None:
        for start in range(0, 200, 20):
            await asyncio.gather(*(desk.write(f"note number {start + n} about lamp L-{1000 + start + n}") for n in range(20)))
        stats = (await desk.ask("GET", "/stats")).json()
        assert (stats["documents"], stats["pending"]) == ({"queued": 200}, 200)
        listed = await desk.ask("GET", "/documents", params={"limit": 150})
        rest = await desk.ask("GET", "/documents", params={"limit": 150, "cursor": listed.json()["next_cursor"]})
        ids = [each["id"] for each in listed.json()["data"] + rest.json()["data"]]
        assert len(set(ids)) == 200 and rest.json()["next_cursor"] is None

    at_the_desk(town, model, story)


def test_another_site_sees_nothing_and_cannot_touch_anything(town: Town, model: MiniLM) -> None:
    async def story(desk: Desk) -> None:
        sent = await desk.write(REFUNDS, "Refund policy")
        await desk.work()
        desk.key = "hz_bank_key"
        assert await desk.find("refund") == []
        assert (await desk.ask("GET", "/documents")).json() == {"data": [], "next_cursor": None}
        for method, more in (("GET", {}), ("DELETE", {}), ("PUT", {"json": {"text": "mine now"}})):
            answer = await desk.ask(method, f"/documents/{sent['id']}", **more)
            assert answer.status_code == 404 and answer.json()["type"].endswith("no-such-document")
        desk.key = "hz_shop_key"
        assert (await desk.find("refund"))[0]["document_id"] == sent["id"]

    at_the_desk(town, model, story)


_FORM = {"headers": {"Content-Type": "multipart/form-data; boundary=x"}}


@pytest.mark.parametrize(
    ("sent", "status", "complaint"),
    [
        ({"json": {}}, 422, "needs one of `text` and `url`"),
        ({"json": {"text": "a", "url": "https://example.com"}}, 422, "needs one of `text` and `url`"),
        ({"json": {"text": ""}}, 422, "body.text"),
        ({"json": {"text": "a", "tilte": "b"}}, 422, "no such field"),
        ({"json": {"url": "file:///etc/passwd"}}, 422, "begin with http"),
        ({"json": {"url": "http://127.0.0.1:9/x"}}, 422, "private network"),
        ({"json": {"url": "http://[::ffff:10.0.0.1]/x"}}, 422, "private network"),
        ({"content": b"%PDF-1.7", "headers": {"Content-Type": "application/pdf"}}, 415, "send JSON"),
        ({"content": b"--x", "headers": {"Content-Type": "multipart/form-data"}}, 422, "boundary"),
        ({"content": b"nothing", "headers": {"Content-Type": "multipart/form-data; boundary=x"}}, 422, "form"),
        ({"content": b"--x", "headers": {"Content-Type": f"multipart/form-data; boundary={'x' * 500}"}}, 422, "form"),
        ({"content": b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\ncut o', **_FORM}, 422, "ends before"),
        ({"files": {"other": ("a.txt", b"a", "text/plain")}}, 422, "body.file"),
        ({"files": [("file", ("a.txt", b"a")), ("file", ("b.txt", b"b"))]}, 422, "one at a time"),
    ],
)
def test_what_is_no_document_is_refused_and_leaves_nothing(
    town: Town, model: MiniLM, sent: dict[str, Any], status: int, complaint: str
) -> None:
    async def story(desk: Desk) -> None:
        answer = await desk.ask("POST", "/documents", **sent)
        assert answer.status_code == status and complaint in answer.text, answer.text
        assert left_on_disk(town) == [] and (await desk.ask("GET", "/documents")).json()["data"] == []

    at_the_desk(town, model, story)


def test_a_file_past_the_limit_is_cut_off(town: Town, model: MiniLM) -> None:
    async def story(desk: Desk) -> None:
        big = b"x" * (desk.settings.knowledge.upload_mb * 2**20 + 1)
        answer = await desk.ask("POST", "/documents", files={"file": ("big.txt", big, "text/plain")})
        assert answer.status_code == 413 and left_on_disk(town) == []

    at_the_desk(town, model, story)


def test_the_same_upload_with_the_same_key_is_one_document(town: Town, model: MiniLM) -> None:
    async def story(desk: Desk) -> None:
        def send(data: bytes) -> Any:
            return desk.ask("POST", "/documents", files={"file": ("a.txt", data)}, headers={"Idempotency-Key": "once"})

        first, again, other = await send(b"one"), await send(b"one"), await send(b"another")
        assert first.status_code == again.status_code == 202 and first.json() == again.json()
        assert other.status_code == 422 and other.json()["type"].endswith("idempotency-key-reused")
        assert len((await desk.ask("GET", "/documents")).json()["data"]) == 1 and len(left_on_disk(town)) == 1

    at_the_desk(town, model, story)
