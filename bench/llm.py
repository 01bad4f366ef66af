"""What our two ways to a language model cost themselves, against a cloud that answers at once. `python -m bench.llm`

prompt ──driver──> [stand-in, 40 words over SSE] ──> first word, last word; processor time of our side per word
"""

import argparse
import asyncio
import subprocess
import sys
import time
from contextlib import aclosing

import uvloop

from bench.figures import Spread, spread
from brain.llm import litellm_driver
from brain.llm.door import Driver
from brain.llm.litellm_driver import Litellm
from brain.llm.llm import Message, Prompt, Text
from brain.llm.openai_compatible import OpenAiCompatible, client
from core.public_address import networks
from core.settings import REPOSITORY
from core.sites import Llm

PROMPT = Prompt((Message("system", "Be brief. " * 60), Message("user", "bluetooth kya hota hai")))
WORDS = 40


async def once(driver: Driver) -> float:
    """Seconds to the first word; the answer is read to its end."""
    began, first = time.perf_counter(), 0.0
    async with aclosing(driver.stream(PROMPT)) as deltas:
        async for delta in deltas:
            if isinstance(delta, Text) and not first:
                first = time.perf_counter() - began
    return first


async def measure(name: str, driver: Driver, times: int) -> None:
    for _ in range(5):
        await once(driver)
    cpu = time.process_time()
    alone = [await once(driver) for _ in range(times)]
    cpu = time.process_time() - cpu
    burst = [seconds for _ in range(times // 15 + 1) for seconds in await asyncio.gather(*(once(driver) for _ in range(15)))]
    line(name, spread(alone), cpu / times / WORDS * 1000, spread(burst))


def line(name: str, alone: Spread | None, cpu_ms: float, burst: Spread | None) -> None:
    assert alone is not None and burst is not None
    print(f"{name:20} {alone.p50:6.1f} {alone.p99:6.1f}    {cpu_ms:9.3f}    {burst.p50:6.1f} {burst.p99:6.1f}")


async def run(base_url: str, times: int) -> None:
    print(f"{'':20} alone p50/p99   CPU ms/word   15 at once p50/p99   (first word, ms)")
    llm = Llm(model="forty", base_url=base_url)
    async with client(networks(["127.0.0.0/8"])) as http:
        await measure("OpenAI-compatible", OpenAiCompatible(http, llm, "key"), times)
    began = time.perf_counter()
    await litellm_driver.warm()
    print(f"importing litellm: {time.perf_counter() - began:.1f} s")
    await measure("litellm", Litellm(Llm(model="openai/forty", base_url=base_url), "key"), times)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.llm", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--times", type=int, default=100)
    plan = parser.parse_args()
    command = [sys.executable, "-m", "tests.standins.llm"]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as cloud:
        try:
            assert cloud.stdout is not None
            uvloop.run(run(cloud.stdout.readline().strip(), plan.times))
        finally:
            cloud.terminate()
    return 0


if __name__ == "__main__":
    sys.exit(main())
