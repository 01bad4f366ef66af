"""Words of documents reach the recogniser: their titles, as far as somebody may say them."""

from brain.knowledge.embed import MiniLM
from tests.unit.knowledge.desk import BANK, SHOP, Desk, Town, at_the_desk


def test_a_document_s_title_is_listened_for_and_a_list_of_items_is_not(town: Town, model: MiniLM) -> None:
    async def story(desk: Desk) -> None:
        await desk.write("The compressor is covered for ten years.", "Compressor Warranty!")
        await desk.write("It stands in hall four.", "Item 4711")
        await desk.write("Read on.", "Everything that you always wanted to know about lamps and their shades")
        async with desk.database.as_site(SHOP) as rows:
            heard = [phrase for (phrase,) in await (await rows.execute("select stt_phrases('shop')")).fetchall()]
        async with desk.database.as_site(BANK) as rows:
            elsewhere = await (await rows.execute("select stt_phrases('shop')")).fetchall()
        assert heard == ["compressor warranty"]
        assert elsewhere == []  # another site sees none of it

    at_the_desk(town, model, story)


def test_ten_thousand_titles_are_no_more_than_two_hundred_phrases(town: Town) -> None:
    letters = "chr(97 + n % 26) || chr(97 + n / 26 % 26) || chr(97 + n / 676 % 26)"
    columns = "(site_id, kind, key, title, url, origin, content_sha256)"
    made = f"select 'shop', 'document', 'd' || n, 'lamp ' || {letters}, '', 'api', '' from generate_series(1, 10000) n"
    town.run(f"insert into kb_doc {columns} {made}")
    assert town.rows("select count(*) from stt_phrases('shop')") == [(200,)]
