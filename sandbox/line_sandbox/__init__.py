"""Strict stand-ins of LINE, OpenAI and R2: they keep the vendors' rules and say no in the vendors' words.

A bot that passes here would pass there: signatures are recomputed, reply tokens are spent and die, quotas end, bodies
are validated, payload hashes are compared, pictures are charged. Nothing here knows which bot is tried.

    line           LineStandIn: the account, its people (`text`, `tap`, `unsend`, ...), their phones (`look`)
    openai         OpenAIStandIn: checks, paints a real picture, keeps the invoice
    r2             R2StandIn: one bucket behind SigV4, and its public address
    faults         Fault: what goes wrong, on which requests, how many times; `bad_days` has them by name
    feed, front    what every stand-in has: `calls`, `subscribe()`, `await wait_for(...)`
    server         serve(app): any ASGI app on a port of 127.0.0.1
    page           a chat page in front of all that, for anybody's bot: `python -m line_sandbox WEBHOOK`

How to try a bot of one's own on them is in README.md.
"""
