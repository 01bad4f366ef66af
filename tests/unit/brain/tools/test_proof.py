"""Who is calling is proved before personal data is told."""

from tests.postgres import Server
from tests.unit.brain.tools.shop import Caller, visit


def test_the_registered_number_opens_by_itself(migrated_postgres: Server) -> None:
    async def story(caller: Caller) -> None:
        caller.number = "09876501234"
        await caller.says("tell me my private order")
        assert "Samsung" in await caller.says("1 2 3 4 5")

    visit(migrated_postgres, story)


def test_a_chat_can_claim_any_number_so_it_is_not_believed(migrated_postgres: Server) -> None:
    async def story(caller: Caller) -> None:
        caller.number, caller.channel = "09876501234", "chat"
        await caller.says("tell me my private order")
        assert "last four digits" in await caller.says("1 2 3 4 5")

    visit(migrated_postgres, story)


def test_the_last_four_digits_are_asked_for_and_remembered(migrated_postgres: Server) -> None:
    async def story(caller: Caller) -> None:
        await caller.says("tell me my private order")
        told = await caller.says("1 2 3 4 5")
        assert "last four digits" in told and "Samsung" not in told and caller.memory.digits == 4
        assert "does not match" in await caller.says("9 9 9 9")
        assert "Samsung" in await caller.says("1 2 3 4")
        await caller.says("tell me my private order")
        assert "Samsung" in await caller.says("1 2 3 4 5"), "asked once a conversation"
        await caller.says("tell me my private order")
        assert "last four digits" in await caller.says("4 5 6 7 8"), "another customer's order is another proof"

    visit(migrated_postgres, story)


def test_three_wrong_proofs_are_a_person_for_good(migrated_postgres: Server) -> None:
    async def story(caller: Caller) -> None:
        await caller.says("tell me my private order")
        await caller.says("1 2 3 4 5")
        for digits in ("1111", "2222"):
            assert "does not match" in await caller.says(digits)
        assert "without knowing who you are" in await caller.says("3333") and caller.memory.offered_person
        await caller.says("no")
        await caller.says("tell me my private order")
        assert "without knowing who you are" in await caller.says("1 2 3 4 5")
        await caller.says("no")
        assert "Samsung" not in await caller.says("1 2 3 4")

    visit(migrated_postgres, story)


def test_a_pin_is_keyed_checked_by_the_site_and_never_spoken(migrated_postgres: Server) -> None:
    async def story(caller: Caller) -> None:
        await caller.says("open my vault")
        assert "PIN" in await caller.says("1 2 3 4 5")
        assert "does not match" in await caller.says("4711"), "said aloud it does not count"
        assert "does not match" in await caller.keys("1234")
        assert "Samsung" in await caller.keys("4711")
        assert caller.used().arguments == {"order": "•••"}, "masked where the declaration says secret"
        caller.channel = "chat"
        caller.memory = type(caller.memory)("en")
        await caller.says("open my vault")
        assert "without knowing who you are" in await caller.says("1 2 3 4 5"), "a chat has no keypad"

    visit(migrated_postgres, story)
