"""The mirror against a real Machine A: what A has is here, what A changes comes, what A deletes goes."""

from tests.postgres import Server
from tests.standins.machine_a.database import ARTICLES, MachineADatabase, vector
from tests.unit.mirror.story import Ours, eager, eventually, ours

LLAMA_ROW = "insert into data_shop (text, metadata_, node_id, embedding) values (%s, %s, 'n', %s::vector)"
LANGCHAIN_ROW = "insert into langchain_pg_embedding values (%s, %s, %s::vector, %s, %s)"
OURS, THEIRS = "11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"


async def until_told(we: Ours, question: str, answer: str) -> None:
    async def told() -> bool:
        return any(answer in passage.text for passage in (await we.ask(question))[:1])

    await eventually(told)


async def until_silent(we: Ours, question: str, answer: str) -> None:
    async def silent() -> bool:
        return not any(answer in passage.text for passage in await we.ask(question))

    await eventually(silent)


def test_what_only_machine_a_knew_is_found_here_and_follows_it(migrated_postgres: Server, machine_a: MachineADatabase) -> None:
    async def story(we: Ours) -> None:
        await we.configure(eager(machine_a))
        async with we.pulling():
            state = await we.until(lambda state: state.sweep is not None)
            assert state.status == "fresh" and state.rows >= len(ARTICLES)
            assert state.fresh_as_of is not None and state.bound_s is not None and state.bound_s < 20
            found = await we.ask("how do parcels travel to Ladakh")
            assert found[0].title == "Courier partners" and found[0].url == "/leh" and "Blue Falcon" in found[0].text
            key = machine_a.write("Monsoon sale", "Umbrellas cost one hundred and eleven rupees in July.")
            await until_told(we, "umbrellas in July", "eleven rupees")
            machine_a.edit(key, "Umbrellas are sold out until August.")
            await until_told(we, "umbrellas in July", "sold out")
            machine_a.run("delete from articles where article_id = %s", [key])
            await until_silent(we, "umbrellas in July", "Umbrellas")

    ours(migrated_postgres, "mirrored", story)


def test_words_alone_find_it_while_the_model_is_away(migrated_postgres: Server, machine_a: MachineADatabase) -> None:
    async def story(we: Ours) -> None:
        await we.configure(eager(machine_a))
        async with we.pulling():
            await we.until(lambda state: state.sweep is not None)
        found = await we.ask("ribbon for gift wrapping", with_vector=False)
        assert found[0].title == "Gift wrapping" and found[0].cosine == 0 and found[0].overlap > 0.5

    ours(migrated_postgres, "wordy", story)


def test_a_table_that_llama_index_made_needs_no_more_than_its_name(
    migrated_postgres: Server, machine_a: MachineADatabase
) -> None:
    about = '{"file_name": "timings.pdf", "url": "https://shop.example/timings", "ref_doc_id": "doc-7"}'
    machine_a.run(LLAMA_ROW, ["The Udaipur showroom opens at eleven on Sundays.", about, vector("udaipur showroom sundays")])

    async def story(we: Ours) -> None:
        await we.configure(eager(machine_a, preset="llama-index", table="data_shop"))
        async with we.pulling():
            await we.until(lambda state: state.sweep is not None)
            found = await we.ask("udaipur showroom on sundays")
            assert (found[0].title, found[0].url, found[0].document_id) == (
                "timings.pdf",
                "https://shop.example/timings",
                "doc-7",
            )
            machine_a.run(LLAMA_ROW, ["Kota has no showroom.", None, vector("kota showroom")])
            await until_told(we, "kota showroom", "Kota has no")

    ours(migrated_postgres, "llama", story)


def test_a_table_that_langchain_made_is_read_for_one_collection_alone(
    migrated_postgres: Server, machine_a: MachineADatabase
) -> None:
    for key, whose, text in (("a", OURS, "Our warranty is for two monsoons."), ("b", THEIRS, "Their warranty is a secret.")):
        machine_a.run(LANGCHAIN_ROW, [key, whose, vector(text), text, '{"source": "warranty.md"}'])

    async def story(we: Ours) -> None:
        await we.configure(eager(machine_a, preset="langchain", only={"collection_id": OURS}))
        async with we.pulling():
            state = await we.until(lambda state: state.sweep is not None)
            assert state.rows == 1
        found = await we.ask("what is the warranty")
        assert [passage.text for passage in found] == ["Our warranty is for two monsoons."] and found[0].title == "warranty.md"

    ours(migrated_postgres, "chained", story)


def test_a_row_without_a_vector_is_found_by_its_words_and_one_without_text_not_at_all(
    migrated_postgres: Server, machine_a: MachineADatabase
) -> None:
    machine_a.run(
        "insert into articles (headline, body) values ('Zari border', 'A zari border costs two hundred rupees a metre.')"
    )
    machine_a.run("insert into articles (headline, embedding) values ('Zari nothing', %s::vector)", [vector("zari")])

    async def story(we: Ours) -> None:
        await we.configure(eager(machine_a))
        async with we.pulling():
            state = await we.until(lambda state: state.sweep is not None)
        assert state.without_vector == 2
        assert (await we.ask("zari border"))[0].title == "Zari border"
        assert all(passage.text for passage in await we.ask("zari border nothing"))

    ours(migrated_postgres, "halves", story)
    machine_a.run("delete from articles where headline like 'Zari%'")


def test_asking_costs_machine_a_nothing(migrated_postgres: Server, machine_a: MachineADatabase) -> None:
    """In mirror mode its load does not depend on how many call us: not one statement, by its own count and by ours."""

    async def story(we: Ours) -> None:
        await we.configure(eager(machine_a))
        async with we.pulling():
            await we.until(lambda state: state.sweep is not None)
        sessions = "select count(*) from pg_stat_activity where usename = 'haazir_reader'"
        count = "select xact_commit + xact_rollback, tup_returned from pg_stat_database where datname = 'chatbot'"
        with machine_a.admin() as connection:
            asked_before = (await we.state()).asked
            assert connection.execute(sessions.encode()).fetchone() == (0,)
            connection.execute("select pg_stat_force_next_flush()")
            before = connection.execute(count.encode()).fetchone()
            for number in range(60):
                assert await we.ask(f"how do parcels number {number} travel to Ladakh")
            connection.execute("select pg_stat_force_next_flush()")
            after = connection.execute(count.encode()).fetchone()
            assert before is not None and after is not None and after[0] - before[0] <= 3, "our own three looks at the counters"
            assert (await we.state()).asked == asked_before

    ours(migrated_postgres, "costless", story)


def test_what_is_read_there_stays_within_the_budget(migrated_postgres: Server, machine_a: MachineADatabase) -> None:
    """40 rows a second at the most, and the brake leaves a quarter of it while A's own pace is not known."""
    machine_a.fill(60)

    async def story(we: Ours) -> None:
        budget = {**eager(machine_a)["budget"], "rows_per_s": 40.0}
        await we.configure({**machine_a.origin(), "budget": budget})
        async with we.pulling():
            state = await we.until(lambda state: state.sweep is not None)
        assert state.sweep is not None and state.sweep.fetched > 60
        assert state.sweep.seconds > 50 / 40, "a page of 50 rows is followed by a rest"
        assert state.asked.statements < 40

    ours(migrated_postgres, "budgeted", story)
    machine_a.run("delete from articles where headline like 'Item%'")


def test_another_table_takes_the_place_of_the_first_only_when_it_is_all_here(
    migrated_postgres: Server, machine_a: MachineADatabase
) -> None:
    machine_a.run(LLAMA_ROW, ["Bikaner has bhujia.", "{}", vector("bikaner bhujia")])

    async def story(we: Ours) -> None:
        await we.configure(eager(machine_a))
        async with we.pulling():
            await we.until(lambda state: state.sweep is not None)
        await we.configure(eager(machine_a, preset="llama-index", table="data_shop"))
        assert (await we.ask("parcels to Ladakh"))[0].title == "Courier partners", "until then the last good copy answers"
        async with we.pulling():
            await until_told(we, "bikaner bhujia", "bhujia")
            await until_silent(we, "parcels to Ladakh", "Blue Falcon")
        async with we.database.as_site(we.id) as rows:
            copies = await (await rows.execute("select count(*) from mirror_copy")).fetchone()
        assert copies == (1,)

    ours(migrated_postgres, "moving", story)
