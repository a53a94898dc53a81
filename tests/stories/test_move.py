"""From SQLite to Postgres, as docs/postgres.md tells it: what was asked before goes on afterwards, once."""

import asyncio

import pytest
from line_sandbox.faults import Fault

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


async def test_open_wishes_go_on_in_postgres(stage, tmp_path, postgres):
    """One is promised and ready, one at the model, one in the queue: each is shown once, and none is paid twice."""
    promised, drawn, queued, release = stage.person(), stage.person(), stage.person(), asyncio.Event()
    postgres.psql("CREATE DATABASE easel_moved")
    target = postgres.get_uri(database="easel_moved")
    settings = {"REPLY_DEADLINE_S": "1", "PICTURES_AT_ONCE": "1", "PICTURES_AT_ONCE_PER_USER": "1"}
    stage.openai.faults.add(Fault.held(release), match="/images/")
    easel = await stage.start(tmp_path, **settings)
    await stage.line.send_text(promised, "a promised otter")
    await stage.said(promised)
    release.set()
    await easel.logged("picture_stored")
    kept = asyncio.Event()
    stage.r2.faults.add(Fault.held(kept), times=2)
    await stage.line.send_text(drawn, "a paid otter")
    await stage.r2.wait_for(lambda: stage.r2.app.in_flight >= 1, 20)
    await stage.line.send_text(queued, "a waiting otter")
    await easel.logged("event_understood", times=3)

    code, _, complained = await stage.run(tmp_path, "move", target)
    assert (code, "another Easel uses" in complained) == (1, True)
    await easel.kill()
    kept.set()
    code, told, complained = await stage.run(tmp_path, "move", target)
    assert (code, complained) == (0, "")
    assert "2 open wishes go on" in told
    code, _, complained = await stage.run(tmp_path, "move", target)
    assert (code, "not empty" in complained) == (1, True)

    code, _, said = await stage.run(tmp_path, "serve", "--port", "0", **settings)
    assert (code, "was moved to Postgres" in said, "easel.db.moved" in said) == (78, True, True)

    async with stage.easel(tmp_path, DATABASE_URL=target, **settings) as easel:
        await easel.logged("picture_stored", times=2)
        for person in (promised, drawn, queued):
            await stage.line.deliver(stage.line.sticker(person))
            await stage.picture(person)
    for person, words in ((promised, "a promised otter"), (drawn, "a paid otter"), (queued, "a waiting otter")):
        assert len(stage.line.chat(person).pictures) == 1
        assert len(stage.asked(words)) == 1


async def test_a_file_goes_back_into_service_without_its_mark(stage, tmp_path):
    """Whoever takes the mark away has the file served as ever."""
    mark = tmp_path / "easel.db.moved"
    mark.touch()
    code, _, _ = await stage.run(tmp_path, "serve", "--port", "0")
    mark.unlink()
    person = stage.person()
    async with stage.easel(tmp_path):
        await stage.line.send_text(person, "an otter that came back")
        await stage.picture(person)
    assert code == 78
