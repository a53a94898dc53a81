"""The chat page: people with phones at one end, anybody's LINE bot at the other, and all that goes over the wire.

command        `python -m line_sandbox WEBHOOK`; `serving` puts the page on a port
chat_page      builds all that follows, once; whose bot has more to show hands it a `plug`
stand_ins      the three vendors on ports of 127.0.0.1, and what a bot is told of them
state          records by kind and id; a browser that comes back gets exactly what it missed
people         who is there; `acts` is what they do on the page, `directory` finds whom it names
projection     copies what happens at the stand-ins into the state
request_traces the way of each request through webhook, queue, model, bucket and reply; `trace` is one, `wire` a call
bench          the bad days
tasks          what acts and projection have begun and do not wait for
web, media     the page's addresses; `origin_guard` says who may use them
static         what the browser runs; `static/plug` is the part that a bot's own demo takes the place of
"""
