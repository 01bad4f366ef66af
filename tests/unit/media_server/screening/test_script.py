"""What a call out says to others than people is made of its purpose, in the language of the call."""

from typing import Any

import msgspec

from core.commands import OpenMedia
from core.ids import CallId
from core.purpose import Purpose
from media_server.screening.script import Script, script_of
from tests.standins.edge import SITE


def of(purpose: Purpose | None, **opening: Any) -> Script | None:
    ours = OpenMedia(call_id=CallId("c"), site=SITE, codec="ulaw", caller="+919800000001", called="1000", purpose=purpose)
    return script_of(msgspec.structs.replace(ours, **opening))


def test_a_call_in_has_none() -> None:
    assert of(None) is None


def test_nor_has_a_call_out_whose_media_server_died_in_its_middle() -> None:
    assert of(Purpose(), screen=True, session=2) is None


def test_the_message_names_what_the_call_is_about() -> None:
    script = of(
        Purpose(on_machine="{name}, your order {order} is here.", variables={"name": "Asha", "order": "1003"}), screen=True
    )
    assert script is not None and script.message == "Asha, your order 1003 is here." and script.screen


def test_who_asks_who_calls_hears_the_site_whom_we_want_and_why() -> None:
    purpose = Purpose(language="en", person="{name}", opening={"en": "It is about your order."}, variables={"name": "Asha"})
    script = of(purpose, screen=True)
    assert script is not None
    assert script.introduction == f"Hello, this is {SITE.name}, calling for Asha. It is about your order."


def test_without_words_of_its_own_it_still_says_who_calls() -> None:
    script = of(Purpose(language="hi-Latn"))
    assert script is not None and script.introduction == f"Namaste, {SITE.name} se call hai." and not script.screen
