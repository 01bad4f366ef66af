"""litellm as a driver: the same deltas and failures as our own, nothing fetched, and a caller who leaves closes the stream.

One process of its own: it takes two seconds to import and would stay in every other test's memory.
"""

import subprocess
import sys

import pytest

from core.vendors import vendor_model, why_not

STORY = """
import asyncio, socket
from contextlib import aclosing
from brain.llm.litellm_driver import Litellm, warm
from brain.llm.llm import Call, LlmFailed, Message, Prompt, Text, Used
from core.sites import Llm
from tests.standins.llm import Reply, serving

PROMPT = Prompt((Message("user", "Namaste"),))
strangers = []
connect = socket.socket.connect
look_up = socket.getaddrinfo

def watched(self, address):
    if self.family != socket.AF_UNIX and address[0] != "127.0.0.1":
        strangers.append(address)
    return connect(self, address)

def looked_up(host, *rest, **more):
    if host not in ("127.0.0.1", "localhost", None):
        strangers.append(host)
    return look_up(host, *rest, **more)

socket.socket.connect, socket.getaddrinfo = watched, looked_up

async def story():
    await warm()
    async with asyncio.timeout(60), serving() as cloud:
        driver = Litellm(Llm(model="openai/m", base_url=cloud.base_url, timeout_s=5.0), "sk-told")
        hear = lambda: collect(driver)
        cloud.reply = Reply(("Namaste", " ji."), calls=[("end_call", "{}")])
        said = await hear()
        assert [d for d in said if isinstance(d, Text)] == [Text("Namaste"), Text(" ji.")], said
        assert Call("end_call", "{}") in said and any(isinstance(d, Used) for d in said), said
        assert cloud.keys == ["Bearer sk-told"]
        for reply, whys in (
            (Reply(status=503), {"away"}), (Reply(status=400), {"refused"}), (Reply(status=401), {"refused"}),
            (Reply(status=429), {"limited"}), (Reply(("Ek ",), then="cut"), {"away", "cut off"}),
        ):
            cloud.reply, asked = reply, len(cloud.requests)
            try:
                await hear()
            except LlmFailed as failed:
                assert failed.why in whys, (reply, failed)
            else:
                raise AssertionError(reply)
            assert len(cloud.requests) == asked + 1, "litellm does not try again by itself"
        cloud.reply = Reply(("Ek ", "do "), then="stall")
        cloud.disconnected.clear()
        async with aclosing(driver.stream(PROMPT)) as deltas:
            assert await anext(deltas) == Text("Ek ")
        await asyncio.wait_for(cloud.disconnected.wait(), 2)

async def collect(driver):
    return [delta async for delta in driver.stream(PROMPT)]

asyncio.run(story())
assert strangers == [], strangers
print("told")
"""


def test_litellm_gives_the_same_and_fetches_nothing() -> None:
    done = subprocess.run([sys.executable, "-c", STORY], capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout.endswith("told\n"), done.stderr[-3000:]
    assert "Namaste" not in done.stderr, "what was said is not logged"


OURS = """
ollama/llama3 lm_studio/x hosted_vllm/x huggingface/http://10.0.0.1/x http://127.0.0.1 openai/http://10.0.0.1
bedrock/x anthropic.claude-v2 vertex_ai/x sagemaker/x gemini-pro openai/ m
"""


@pytest.mark.parametrize("model", OURS.split())
def test_a_site_reaches_no_server_and_no_cloud_of_ours_by_a_models_name(model: str) -> None:
    assert vendor_model(model) is None and why_not(model, "sk-x")


def test_a_vendors_model_is_named_whole_and_needs_the_sites_own_key() -> None:
    assert vendor_model("gpt-4.1-mini") == "openai/gpt-4.1-mini"
    assert vendor_model("openrouter/meta/llama-3") == "openrouter/meta/llama-3"
    assert why_not("gpt-4.1-mini", "sk-x") is None
    assert "secret" in (why_not("gpt-4.1-mini", "") or "")
