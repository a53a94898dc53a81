"""Easel: someone writes in LINE and a picture appears in the chat. This map follows one picture through the code.

    cli, server         `easel serve` reads the `settings`, sets up `telemetry` and runs what `main` starts and stops
    protocol            HTTP with deadlines and size limits; `refusals` keeps rejected traffic from flooding the log
    build               makes every object once: the settings go in, the parts come out
    webhook             POST /callback: `line.signature` over the raw bytes, `line.envelopes`, `store.inbox`, 200
    flows.conversation  one event: `dispatcher` takes it from the inbox in the order of its chat (`ordering`), `event`
                        has it read and settled, `perform` does what it asks for, `admission` lets a wish into the queue
                        of the `engine`; `chatter` settles events that ask for nothing, in batches
    reading             what a message means: `decide` over commands, options, wishes; a classifier, a small model
    flows.drawing       `ask` calls a model over `openai`; `store.money` books the call by `prices` and `days`; the paid
                        bytes are kept, `pictures` makes them fit for LINE, `r2` serves them
    flows.delivery      the token rule: what the chat is told, on which reply token. `replies` makes messages from
                        `words`, `courier` sends them through `line.client`, `waiting` watches a chat until it has them
    flows.upkeep        background work: `cleanup` of the bucket, `monitor` and `admin_alerts`, `menu_of_language`

Off this path: `health` (/healthz, /readyz), `metrics` (/metrics), `admin` (the dashboard at /admin), `reports` (what
operators ask of the `store`), `traces` (OpenTelemetry), `lease` (dead peers on Postgres), `databases` (what their
errors mean), `errors` (every error we raise), `release` (the installed version), `caps` (spending limits), `ops`
(doctor, setup, backup, and the desk: usage, requests, resend, refund, forget) and `demo` (the whole bot on one machine,
with the stand-ins and the page of `sandbox/`). Commands start in `line_easel.py`, which makes sure that it is this
`app` that runs.
"""
