"""The whole bot on this machine with no account: `easel demo`. Never part of `easel serve`.

    run          what the command does: opens the stage, starts the bot, serves the page, stops everything
    parts        which vendors are real, and the environment that leads the bot to them
    vendors      the three stand-ins of `line_sandbox` on ports of 127.0.0.1
    bot, child   the bot as a process of its own that cannot outlive the demo; `memory` is what it remembers
    say          `--say`: one round trip without a browser

The page, all of whose state lives here:

    wiring       builds all that follows, once
    state        records by kind and id; a browser that comes back gets exactly what it missed
    people       the people and the group; `acts` is what they do on the page, `paths` finds whom it names
    projection   copies what happens at the stand-ins to the board
    traces       the way of each request through webhook, queue, model, bucket and reply; `trace` is one, `wire` a call
    bench        the bad days; `operator` kills, stops and starts the bot, or lets everything start over
    tasks        what acts, projection and operator have begun and do not wait for
    web          the page's addresses; `origin_guard` says who may use them
"""
