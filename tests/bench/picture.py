"""Draws the README's picture from the app itself: `python -m tests.bench.picture`."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from tests.pilot.salon import opened, runtime_for, until

_ROOT = Path(__file__).resolve().parents[2]

_TALK = _ROOT / "tests/pilot/talk.yml"
_PICTURE = _ROOT / ".github/meetup.svg"


async def draw(folder: Path) -> str:
    """Return the picture of a talk in full swing, as SVG."""
    script = f'providers.scripted.options.models={{"talk": "{_TALK}"}}'
    pace = "providers.scripted.options.tokens_per_second=120"
    runtime = runtime_for(folder, "meetup.turns=10", script, pace, model="scripted:talk")
    async with opened(runtime, (116, 34)) as (pilot, conductor):
        await pilot.press("space")
        await until(pilot, lambda: conductor.stage.state is not None)
        await until(pilot, lambda: len(conductor.stage.state.messages) == 3)
        await pilot.pause(0.25)
        return pilot.app.export_screenshot(title="Salon")


def main() -> None:
    """Draw and write the picture."""
    with tempfile.TemporaryDirectory() as folder:
        svg = asyncio.run(draw(Path(folder)))
    _PICTURE.write_text(svg, "utf-8")


if __name__ == "__main__":
    main()
