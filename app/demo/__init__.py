"""The whole bot on this machine with no account: `easel demo`. Never part of `easel serve`.

    run          what the command does: opens the stage, starts the bot, serves the page, stops everything
    parts        which vendors are real, and the environment that leads the bot to them
    stage        the three stand-ins of `app.sandbox` on ports of 127.0.0.1
    bot, leash   the bot as a process of its own that cannot outlive the demo
    say          `--say`: one round trip without a browser

The page, all of whose state lives here:

    house        builds all that follows, once
    board        records by kind and id; a browser that comes back gets exactly what it missed
    cast         the people and the group; `acts` is what they do on the page, `places` finds whom it names
    mirror       copies what happens at the stand-ins to the board
    traces       the way of each request through webhook, queue, model, bucket and reply; `trace` is one, `wire` a call
    bench        the bad days; `operator` kills, stops and starts the bot
    tasks        what acts, mirror and operator have begun and do not wait for
    web, guard   the page's addresses, and who may use them
"""
