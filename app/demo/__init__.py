"""`easel demo`: the whole bot on this machine, without any account. Never part of `easel serve`.

    run               what the command does: opens the stand-ins, starts the bot, serves the page, stops everything
    inherited         the bot's settings on this machine, with secrets read from their files
    parts             which vendors are real, and the environment that points the bot to them
    bot, child        the bot as a process of its own that cannot outlive the demo
    bot_database      makes it forget what it has stored
    say               `--say`: one round trip without a browser

The page with its chats, timeline and bad days is `line_sandbox.page`, which knows nothing of Easel. What Easel adds:

    wiring            connects the two
    operator          kills, stops and starts the bot, or starts everything over
    bot_log           puts what the bot logs onto the timeline
    menus_on_phones   puts the rich menus of `easel setup` onto the page's phones
    plug              files for the browser: what it shows of these, with Easel's words and icon
"""
