"""The whole bot on this machine with no account: `easel demo`. Never part of `easel serve`.

    run               what the command does: opens the stand-ins, starts the bot, serves the page, stops everything
    inherited         what this machine has set for a bot, secrets out of their files
    parts             which vendors are real, and the environment that leads the bot to them
    bot, child        the bot as a process of its own that cannot outlive the demo; `memory` is what it remembers
    say               `--say`: one round trip without a browser

The page with its chats, timeline and bad days is `line_sandbox.page`, which knows nothing of Easel. What Easel adds:

    wiring            puts the two together
    operator          kills, stops and starts the bot, or lets everything start over
    bot_log           what the bot logs, on the timeline
    menus_on_phones   the rich menus of `easel setup`
    plug              what the browser shows of these, and Easel's words and picture
"""
