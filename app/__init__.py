"""Easel: a person writes in LINE; a picture appears in the chat. The way of one picture, in the order of the code.

    cli, server      `easel serve` reads the `settings`, sets up `telemetry` and runs what `main` has built
    webhook          POST /callback: `line.signature` over the raw bytes, `line.envelopes`, `store.inbox`, 200
    flows.feeder     brings events from the inbox to the `engine`, one durable workflow for each
    flows.event      `line.events` and `chat.wish` say what it wants; a wish goes into the engine's queue
    flows.draw       `openai_images` asks a model, `store` keeps the paid bytes, `pictures` makes them fit for LINE,
                     `r2` serves them
    flows.deliver    the token rule: what the chat is told, on which reply token; `flows.courier` carries it to
                     `line.client`, `chat.sentences` has the words
    flows.watch      stays with a chat that waits: spends tokens in time, keeps the loading animation going

Beside the way: `health` (/healthz, /readyz), `lease` (dead peers on Postgres), `errors` (every error we raise),
`sandbox` (stand-ins of LINE, OpenAI and R2) and `demo` (the whole bot on one machine with them).
"""
