"""Easel: a person writes in LINE; a picture appears in the chat. The way of one picture, in the order of the code.

    cli, server         `easel serve` reads the `settings`, sets up `telemetry` and runs what `main` starts and stops
    protocol            HTTP with deadlines and sizes; `refusals` counts in the log what strangers send
    build               makes every object once: the settings go in, the parts come out
    webhook             POST /callback: `line.signature` over the raw bytes, `line.envelopes`, `store.inbox`, 200
    flows.conversation  one event: `dispatcher` takes it from the inbox in the order of its chat (`ordering`), `event`
                        has it read and settled, `perform` does what it wants, `admission` lets a wish into the queue
                        of the `engine`; `chatter` settles what wants nothing, many at once
    reading             what a message means: `decide` over commands, options, wishes; a classifier, a small model
    flows.drawing       `ask` asks a model over `openai`; `store.money` books it by `prices` and `days`; the paid bytes
                        are kept, `pictures` makes them fit for LINE, `r2` serves them
    flows.delivery      the token rule: what the chat is told, on which reply token. `replies` makes the messages of the
                        `words`, `courier` carries them to `line.client`, `waiting` stays with a chat that waits
    flows.upkeep        what nobody asked for: `cleanup` of the bucket, `monitor` and `admin_alerts`, `menu_of_language`

Beside the way: `health` (/healthz, /readyz), `metrics` (/metrics), `admin` (the dashboard at /admin), `reports` (what
operators ask of the `store`), `traces` (OpenTelemetry), `lease` (dead peers on Postgres), `databases` (when one is
away), `errors` (every error we raise), `release` (which one this is), `caps` (what may be spent), `ops` (doctor, setup,
backup, and the desk: usage, requests, resend, refund, forget) and `demo` (the whole bot on one machine, with the
stand-ins and the page of `sandbox/`). The commands begin in `line_easel.py`, which sees that this `app` is the one
that is run.
"""
