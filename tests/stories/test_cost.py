"""What an event costs: counted, so that nobody adds to it unseen. And whose turn is first."""

import pytest

from tests.counting import counting, easel_in_here

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

STATEMENTS_MAX, COMMITS_MAX = 60, 20  # of a picture, over both databases


async def test_a_picture_costs_few_statements(stage, tmp_path):
    """From the webhook to the end of what the reply leaves behind."""
    with counting() as counts:
        async with easel_in_here(stage, tmp_path, LOG_LEVEL="warning"):
            for words in ("a first otter", "a second otter"):
                person = stage.person()
                counts.forget()
                await stage.line.send_text(person, words)
                await stage.picture(person)
            import asyncio
            await asyncio.sleep(1)
            print(len(counts.statements), counts.commits, counts.write_locks_to_read)
            print("\n".join(" ".join(one.split())[:150] for one in counts.statements))
