"""Where is my order? Asks for the number if there is none, looks it up in the CRM, and says what is the matter with it."""

import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any, ClassVar, Protocol

from brain.tools.order_lines import STATUS, spoken_date, spoken_digits, spoken_rupees
from brain.tools.orders import Order, OrdersAway
from brain.tools.tool import Request, ask_for_person
from brain.turn import Done, Memory, Piece, Say, Told, ToolBegan, ToolEnded
from brain.wording import say, sentences, spoken_in
from core.sites import Language

ORDER_DIGITS = 5


class OrderBook(Protocol):
    async def find(self, number: str) -> Order | None: ...


class CheckOrderStatus:
    name = "check_order_status"
    description = "Tells the state of an order by its number: on its way, delivered, delayed, cancelled, and when."
    parameters: ClassVar[Mapping[str, Any]] = {
        "type": "object",
        "properties": {"order_number": {"type": "string", "pattern": "^[0-9]{5}$"}},
        "required": ["order_number"],
        "additionalProperties": False,
    }
    utterances: ClassVar[Mapping[Language, tuple[str, ...]]] = {
        "hi-Latn": (
            "mera order kahan hai", "order ka status kya hai", "mera order kab aayega", "order track karna hai",
            "mera saman abhi tak nahin aaya", "mera parcel kahan pahuncha", "apne order ke baare mein poochhna hai",
            "order number {digits}", "mera order number {digits} hai", "order {digits} kahan hai", "{digits}",
        ),
        "en": (
            "where is my order", "what is the status of my order", "i want to track my order", "my order has not arrived",
            "when will my order arrive", "where is my parcel", "i want to check my order",
            "my order number is {digits}", "where is order {digits}", "the number is {digits}",
        ),
    }  # fmt: skip

    def __init__(self, orders: OrderBook) -> None:
        self._orders = orders

    async def answer(self, request: Request) -> AsyncIterator[Piece]:
        if len(request.number) != ORDER_DIGITS:
            for piece in _ask_number(request):
                yield piece
            return
        began = time.monotonic()
        yield ToolBegan(self.name)
        try:
            order, away = await self._orders.find(request.number), False
        except OrdersAway:
            order, away = None, True
        arguments = {"order_number": request.number}
        yield ToolEnded(self.name, arguments, not away, time.monotonic() - began)
        for piece in _away(request) if away else _not_found(request) if order is None else _found(request, order):
            yield piece


def _ask_number(request: Request) -> list[Piece]:
    texts, language = say("short_number" if request.number else "ask_number", request.language)
    memory = replace(request.memory, expects="digits", digits=ORDER_DIGITS, told=Told(texts, language))
    return [*(Say(text, language) for text in texts), Done("tool", memory)]


def _away(request: Request) -> list[Piece]:
    return ask_for_person(request, "orders_away", "tool")


def _not_found(request: Request) -> list[Piece]:
    order = spoken_digits(request.number)
    if request.memory.wrong_numbers:
        request = replace(request, memory=replace(request.memory, wrong_numbers=0))
        return ask_for_person(request, "no_such_order_again", "tool", order=order)
    texts, language = say("no_such_order", request.language, order=order)
    memory = replace(request.memory, expects="digits", digits=ORDER_DIGITS, wrong_numbers=1, told=Told(texts, language))
    return [*(Say(text, language) for text in texts), Done("tool", memory)]


def _found(request: Request, order: Order) -> list[Piece]:
    if order.status not in STATUS:
        return _away(request)  # a status we have no words for is better told by a person
    pattern, language = spoken_in(dict(STATUS[order.status]), request.language)
    texts = sentences(
        pattern.format(
            order=spoken_digits(order.id),
            item=order.item,
            amount=spoken_rupees(order.amount),
            expected=spoken_date(order.expected_on, language),
            delivered=spoken_date(order.delivered_on, language),
            refund=spoken_date(order.refund_on, language),
        )
    )
    memory: Memory = replace(request.memory, wrong_numbers=0, told=Told(texts, language))
    return [*(Say(text, language) for text in texts), Done("tool", memory)]
