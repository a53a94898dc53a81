"""Strict stand-ins of LINE, OpenAI and R2: they keep the vendors' rules and say no in the vendors' words.

A bot that passes here would pass there: signatures are recomputed, reply tokens are spent and die, quotas end, bodies
are validated, payload hashes are compared, pictures are charged. Nothing in this package imports the rest of `app`.

    line           LineStandIn: the account, its people (`text`, `tap`, `unsend`, ...), their phones (`look`)
    openai_images  OpenAIStandIn: checks, paints a real picture, keeps the invoice
    r2             R2StandIn: one bucket behind SigV4, and its public address
    faults         Fault: what goes wrong, on which requests, how many times; `bad_days` has them by name
    feed, front    what every stand-in has: `calls`, `subscribe()`, `await wait_for(...)`
    server         serve(app): any ASGI app on a port of 127.0.0.1

Any LINE bot in any language can be tried on them, if its base URLs can be set:

    line = LineStandIn(channel_secret=..., channel_access_token=..., allow_http=True)
    async with serve(line.app, port=9001) as line_url:  # for api.line.me and api-data.line.me alike
        line.webhook_url = "http://127.0.0.1:8000/callback"
        mei = line.add_person("Mei")
        delivery = await line.send_text(mei, "a red fox")
        await line.wait_for(lambda: line.chat(mei).pictures, timeout_s=60)
        print(delivery.status, [seen.broken for seen in await line.look(mei)])
"""
