"""Declared tools, as callers meet them: questions one by one, proofs, read-backs, and writes that happen once."""

import asyncio
from dataclasses import replace
from typing import Any, cast

import pytest

from brain.session import replies
from brain.turn import Barrier, Done, Say, ToolBegan, ToolEnded
from tests.postgres import Server
from tests.standins.crm import SECRET_ERROR
from tests.unit.brain.tools.shop import Caller, Knows, change, ledger, table, tomorrow, visit


def test_a_read_asks_for_what_it_lacks_and_tells_the_answer_in_the_sites_words(migrated_postgres: Server) -> None:
    async def story(caller: Caller) -> None:
        assert await caller.says("what did i order") == "Which order?"
        assert (caller.memory.expects, caller.memory.digits) == ("digits", 5)
        assert await caller.says("1 2 3 4 5") == "Order 1 2 3 4 5 has a Samsung mobile for ₹18,999."
        assert caller.kinds == [ToolBegan, ToolEnded, Say, Done] and caller.done.source == "tool"
        assert caller.memory.proposal is None and caller.memory.expects == "anything"

    visit(migrated_postgres, story)


def test_the_first_case_that_fits_is_told_and_a_chat_gets_plain_numbers(migrated_postgres: Server) -> None:
    async def story(caller: Caller) -> None:
        caller.channel = "chat"
        await caller.says("what did i order")
        assert await caller.says("45678") == "Order 45678 had a Sony TV, and it was delivered."

    visit(migrated_postgres, story)


def test_useless_replies_are_asked_again_and_then_a_person_is_offered(migrated_postgres: Server) -> None:
    async def story(caller: Caller) -> None:
        await caller.says("what did i order")
        assert await caller.says("1 2 3") == "It should have 5 digits. Which order?"
        assert (await caller.says("1 2 3 4")).startswith("It should have 5 digits.")
        assert "connect you" in await caller.says("9 9 9")
        assert caller.memory.proposal is None and caller.memory.offered_person
        await caller.says("yes")
        assert caller.done.then == "transfer"

    visit(migrated_postgres, story)


@pytest.mark.parametrize("stop", ["never mind", "rehne dijiye", "no", "नहीं"])
def test_the_caller_may_leave_it(migrated_postgres: Server, stop: str) -> None:
    async def story(caller: Caller) -> None:
        await caller.says("what did i order")
        assert (await caller.says(stop)).startswith("All right, let us leave it.")
        assert caller.memory.proposal is None

    visit(migrated_postgres, story)


def test_another_question_is_answered_the_tool_asks_again_and_the_zero_key_calls_a_person(migrated_postgres: Server) -> None:
    async def story(caller: Caller) -> None:
        await caller.says("what did i order")
        assert await caller.says("refund kab milega") == "Yes. Which order?"
        assert (caller.memory.expects, caller.memory.digits, caller.done.source) == ("digits", 5, "knowledge")
        assert await caller.says("1 2 3 4 5") == "Order 1 2 3 4 5 has a Samsung mobile for ₹18,999."
        await caller.says("what did i order")
        await caller.keys("0")
        assert caller.done.then == "transfer"

    visit(migrated_postgres, story)


def test_while_a_choice_or_a_day_is_asked_for_the_recogniser_is_told_what_it_may_hear(migrated_postgres: Server) -> None:
    async def story(caller: Caller) -> None:
        await caller.says("change my order")
        assert replies(caller.memory) == ()
        await caller.says("1 2 3 4 5")
        assert replies(caller.memory) == ("cancel", "cancelled", "later", "baad mein")
        await caller.says("cancel it please")
        assert replies(caller.memory) == ("{day}",)
        await caller.says("kal")
        assert replies(caller.memory) == ("{yes_no}",)
        await caller.says("haan kar do")
        assert replies(caller.memory) == ()

    visit(migrated_postgres, story)


def test_what_a_document_surely_answers_is_answered_too_and_else_it_is_a_useless_reply(
    migrated_postgres: Server,
) -> None:
    price = "A vitamin D test costs 900 rupees."

    async def story(caller: Caller) -> None:
        cast(Knows, caller.mind.knowledge).document = price
        await caller.says("what did i order")
        assert await caller.says("vitamin D test ka price kya hai") == f"{price} Which order?"
        assert (caller.memory.expects, caller.done.citations[0].text) == ("digits", price)
        assert await caller.says("and my uncle") == "It should have 5 digits. Which order?"

    visit(migrated_postgres, story)


# ── writes ───────────────────────────────────────────────────────────────────────────────────────────────────────────
async def propose(caller: Caller) -> str:
    await caller.says("change my order")
    await caller.says("1 2 3 4 5")
    await caller.says("cancel it please")
    return await caller.says("kal")


def test_a_write_is_read_back_confirmed_and_done_once(migrated_postgres: Server) -> None:
    async def story(caller: Caller) -> None:
        days = [tomorrow()]
        told = await propose(caller)
        days.append(tomorrow())  # another one if midnight has passed meanwhile
        day_of = {f"Order 1 2 3 4 5 will be cancelled on {day.day} {day:%B}. Shall I do that?": day for day in days}
        assert told in day_of
        assert caller.memory.expects == "yes_no" and caller.crm.writes == []
        assert [(tool, state) for tool, state, _ in ledger(migrated_postgres)] == [("change_order", "proposed")]
        assert await caller.says("haan kar do") == "All right, that is done."
        assert caller.kinds == [Barrier, ToolBegan, ToolEnded, Say, Done] and caller.used().write
        ((key, order, body),) = caller.crm.writes
        assert (order, body) == ("12345", {"status": "cancelled", "day": day_of[told].isoformat()}) and len(key) == 32
        assert caller.crm.requests[-1].headers["authorization"] == "Bearer s3cret-token"
        assert [(tool, state) for tool, state, _ in ledger(migrated_postgres)] == [("change_order", "done")]
        assert caller.memory.proposal is None
        await caller.says("yes")
        assert len(caller.crm.writes) == 1

    visit(migrated_postgres, story)


def test_the_same_confirmation_twice_is_one_write(migrated_postgres: Server) -> None:
    """A memory that was not kept, a second process, a replayed turn: the key decides, not the conversation."""

    async def story(caller: Caller) -> None:
        await propose(caller)
        before = caller.memory
        await caller.says("yes")
        caller.memory = before
        assert await caller.says("yes") == "That has been done already."
        assert len(caller.crm.writes) == 1 and len([r for r in caller.crm.requests if r.method == "PATCH"]) == 1

    visit(migrated_postgres, story)


@pytest.mark.parametrize("no", ["no", "nahin ji", "mat karo", "don't do it", "rehne do"])
def test_a_no_does_nothing_and_says_so(migrated_postgres: Server, no: str) -> None:
    async def story(caller: Caller) -> None:
        await propose(caller)
        assert await caller.says(no) == "All right, I have not done anything."
        assert caller.crm.writes == [] and caller.memory.proposal is None

    visit(migrated_postgres, story)


def test_a_changed_detail_is_read_back_again(migrated_postgres: Server) -> None:
    async def story(caller: Caller) -> None:
        await propose(caller)
        first = caller.memory.proposal
        told = await caller.says("nahin, order 45678")
        assert told.startswith("Order 4 5 6 7 8 will be cancelled") and caller.crm.writes == []
        assert first and caller.memory.proposal and caller.memory.proposal.key != first.key
        assert "moved" in await caller.says("nahin, later")
        caller.crm.orders["45678"]["status"] = "shipped"
        await caller.says("haan ji")
        assert [order for _, order, _ in caller.crm.writes] == ["45678"]

    visit(migrated_postgres, story)


def test_anything_else_drops_the_proposal_with_a_clear_word(migrated_postgres: Server) -> None:
    async def story(caller: Caller) -> None:
        await propose(caller)
        assert await caller.says("refund kab milega") == "All right, I have not done anything. Yes."
        assert caller.memory.proposal is None
        await caller.says("yes")
        assert caller.crm.writes == []

    visit(migrated_postgres, story)


def test_a_question_with_a_day_in_it_is_no_correction(migrated_postgres: Server) -> None:
    async def story(caller: Caller) -> None:
        await propose(caller)
        assert (await caller.says("kya kal dukan khuli hai")).startswith("All right, I have not done anything.")

    visit(migrated_postgres, story)


def test_keys_one_and_two_are_yes_and_no(migrated_postgres: Server) -> None:
    async def story(caller: Caller) -> None:
        await propose(caller)
        assert await caller.keys("2") == "All right, I have not done anything."
        await propose(caller)
        assert await caller.keys("1") == "All right, that is done."

    visit(migrated_postgres, story)


def test_a_write_that_may_have_happened_is_owned_up_to_and_repeated_only_under_its_key(migrated_postgres: Server) -> None:
    async def story(caller: Caller) -> None:
        await propose(caller)
        caller.crm.ill = "after-slow"  # it does it, and never says so
        told = await caller.says("yes")
        assert told.startswith("Sorry, I can not be certain whether that was done.")
        assert not caller.used().ok and len(caller.crm.writes) == 1
        assert [state for _, state, _ in ledger(migrated_postgres)] == ["unknown"]
        caller.crm.ill = ""
        await caller.says("no")
        assert len([seen for seen in caller.crm.requests if seen.method == "PATCH"]) == 1, "never repeated by itself"
        await propose(caller)
        assert await caller.says("yes") == "All right, that is done."
        keys = {seen.headers["idempotency-key"] for seen in caller.crm.requests if seen.method == "PATCH"}
        assert len(keys) == 1 and len(caller.crm.writes) == 1, "the CRM knows the key: it was done once"
        assert [state for _, state, _ in ledger(migrated_postgres)] == ["done"]

    visit(migrated_postgres, story)


@pytest.mark.parametrize("ill", ["500", "html", "truncated", "closes", "garbage", "huge", "gzip"])
def test_a_hostile_crm_gets_an_honest_sentence_and_its_error_is_never_told(migrated_postgres: Server, ill: str) -> None:
    async def story(caller: Caller) -> None:
        await propose(caller)
        caller.crm.ill = ill
        told = await caller.says("yes")
        assert told.startswith("Sorry, I can not be certain") and SECRET_ERROR not in told
        await caller.says("no")
        await caller.says("what did i order")
        told = await caller.says("1 2 3 4 5")
        assert told.startswith("Sorry, I can not look that up right now.") and SECRET_ERROR not in told

    visit(migrated_postgres, story)


def test_a_crm_that_says_no_is_told_in_the_sites_words(migrated_postgres: Server) -> None:
    async def story(caller: Caller) -> None:
        await propose(caller)
        caller.crm.ill = "409"
        told = await caller.says("yes")
        assert told == "Order 1 2 3 4 5 can not be changed any more. Shall I connect you to my colleague?"
        assert [state for _, state, _ in ledger(migrated_postgres)] == ["failed"]

    visit(migrated_postgres, story)


@pytest.mark.parametrize("ill", ["429", "503"])
def test_a_crm_that_is_busy_did_nothing_and_that_is_said(migrated_postgres: Server, ill: str) -> None:
    async def story(caller: Caller) -> None:
        await propose(caller)
        caller.crm.ill = ill
        assert "nothing was changed" in await caller.says("yes")

    visit(migrated_postgres, story)


def test_an_answer_with_wrong_types_is_no_answer(migrated_postgres: Server) -> None:
    async def story(caller: Caller) -> None:
        caller.crm.ill = "wrong types"
        await caller.says("what did i order")
        assert (await caller.says("1 2 3 4 5")).startswith("Sorry, I can not look that up right now.")

    visit(migrated_postgres, story)


def test_the_kill_switch_lets_nothing_out(migrated_postgres: Server) -> None:
    async def story(caller: Caller) -> None:
        await caller.says("what did i order")
        assert (await caller.says("1 2 3 4 5")).startswith("Sorry, I can not look that up right now.")
        await propose(caller)
        assert "nothing was changed" in await caller.says("yes")
        assert caller.crm.requests == []

    visit(migrated_postgres, story, tools_off=True)


# ── the site's own tables ────────────────────────────────────────────────────────────────────────────────────────────
def test_a_lead_is_collected_with_the_number_the_caller_calls_from(migrated_postgres: Server) -> None:
    async def story(caller: Caller) -> None:
        await caller.says("i am interested in buying")
        assert await caller.says("a fridge for my shop") == "What is your name?"
        told = await caller.says("my name is ravi kumar")
        assert told.startswith("Ravi Kumar, number 9 8 1 1 1 1 1 1 1 1, interested in a fridge for my shop")
        told = await caller.says("mera naam Ravi Sharma hai")
        assert told.startswith("Ravi Sharma,")
        assert (await caller.says("yes please")).startswith("Thank you, I have noted it.")
        assert table(migrated_postgres, "lead", "name, phone, interest") == [
            ("Ravi Sharma", "9811111111", "a fridge for my shop")
        ]
        assert [type(event).__name__ for event in caller.events.events] == ["LeadCollected", "ToolCalled"]
        assert [arguments["phone"] for _, _, arguments in ledger(migrated_postgres)] == ["•••", "•••"]

    visit(migrated_postgres, story)


def test_a_callback_is_scheduled_in_the_sites_time(migrated_postgres: Server) -> None:
    async def story(caller: Caller) -> None:
        caller.number = ""
        assert await caller.says("call me later") == "Sure. On which day shall we call?"
        days = [tomorrow()]
        assert "ten digit" in await caller.says("tomorrow at 5 pm")
        days.append(tomorrow())  # another one if midnight has passed meanwhile
        told = await caller.says("98765 43210")
        day = next((day for day in days if told.startswith(f"We will call 9 8 7 6 5 4 3 2 1 0 on {day.day} ")), None)
        assert day is not None, told
        await caller.says("haan")
        ((phone, due),) = table(migrated_postgres, "callback", "phone, (due_at at time zone 'Asia/Kolkata')::text")
        assert (phone, due) == ("9876543210", f"{day} 17:00:00")

    visit(migrated_postgres, story)


def test_injection_stays_a_value(migrated_postgres: Server) -> None:
    async def story(caller: Caller) -> None:
        await caller.says("i am interested in buying")
        await caller.says("'; drop table lead; -- {phone} ${7*7}")
        told = await caller.says("my name is {interest.__class__}")
        assert "class" in told.lower() and "<" not in told
        await caller.says("yes")
        rows: list[Any] = table(migrated_postgres, "lead", "interest")
        assert rows == [("'; drop table lead; -- {phone} ${7*7}",)]

    visit(migrated_postgres, story)


# ── when things break around a write ─────────────────────────────────────────────────────────────────────────────────
def test_no_row_no_write(migrated_postgres: Server) -> None:
    async def story(caller: Caller) -> None:
        await propose(caller)
        migrated_postgres.stop()
        try:
            assert "nothing was changed" in await caller.says("yes")
        finally:
            migrated_postgres.start()
        assert caller.crm.writes == []

    visit(migrated_postgres, story)


def test_a_write_that_a_crash_left_running_is_not_begun_again(migrated_postgres: Server) -> None:
    async def story(caller: Caller) -> None:
        await propose(caller)
        change(migrated_postgres, "update tool_call set state = 'running'")
        assert (await caller.says("yes")).startswith("Sorry, I can not be certain")
        assert caller.crm.writes == []

    visit(migrated_postgres, story)


def test_two_processes_with_the_same_yes_write_once(migrated_postgres: Server) -> None:
    async def story(caller: Caller) -> None:
        await propose(caller)
        caller.crm.ill, caller.crm.slow_s = "slow", 0.2
        twin = replace(caller)
        told = await asyncio.gather(caller.says("yes"), twin.says("yes"))
        assert sorted(words[:15] for words in told) == ["All right, that", "Sorry, I can no"]
        assert len(caller.crm.writes) == 1 and sum(seen.method == "PATCH" for seen in caller.crm.requests) == 1

    visit(migrated_postgres, story)


def test_a_number_alone_means_the_one_tool_that_needs_it(migrated_postgres: Server) -> None:
    async def story(caller: Caller) -> None:
        mind = caller.mind
        caller.mind = replace(mind, tools={name: mind.tools[name] for name in ("order_item", "transfer_to_operator")})
        assert "Samsung" in await caller.says("1 2 3 4 5")
        assert "Sony" in await caller.keys("45678")
        assert "can not do that from here" in await caller.keys("4567"), "no tool needs four digits"
        caller.mind = mind
        assert "can not do that from here" in await caller.keys("12345"), "several do: which one is not guessed"

    visit(migrated_postgres, story)
