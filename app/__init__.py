"""Easel: a person writes in LINE; a picture appears in the chat. The way of one picture, in the order of the code.

    cli, server      `easel serve` reads the `settings`, sets up `telemetry` and runs what `main` starts and stops
    build            makes every object once: the settings go in, the parts come out
    webhook          POST /callback: `line.signature` over the raw bytes, `line.envelopes`, `store.inbox`, 200
    flows.feeder     brings events from the inbox to the `engine`, one durable workflow for each
    flows.event      `line.events` reads it, in the order of its chat (`flows.turns`); `flows.decide` says what it wants
                     (`chat` knows the words), `flows.wants` performs it; `flows.gate` lets a wish into the queue
    reading          what a message means where words alone do not say it: a classifier of ours, a small text model
    flows.draw       `flows.ask` asks a model over `openai_images`; `store.ledger` books it by `prices` and `days`;
                     the paid bytes are kept, `pictures` makes them fit for LINE, `r2` serves them
    flows.deliver    the token rule: what the chat is told, on which reply token; `flows.replies` makes the messages,
                     `flows.courier` carries them to `line.client`
    flows.watch      stays with a chat that waits: spends tokens in time, keeps the loading animation going
    flows.menus      shows a person the rich menu of their language, which `setup` has made

Beside the way: `flows.sweep` (what people take back leaves the bucket), `flows.lookout` and `flows.alarm` (what admins
should hear), `health` (/healthz, /readyz), `metrics` (/metrics), `admin` (the dashboard at /admin), `traces`
(OpenTelemetry), `lease` (dead peers on Postgres), `databases` (when one is away), `errors` (every error we raise),
`caps` (what may be spent), `doctor`, `setup` and `backup` (commands of those names), `desk` (usage, requests, resend,
refund, forget), `terminal` (what commands share), `sandbox` (the stand-ins of LINE, OpenAI and R2) and `demo` (the
whole bot on one machine with them).
"""
