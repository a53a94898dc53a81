"""The Messaging API: signatures and events on the way in, messages and the client on the way out.

`signature` says whether a body is LINE's, `envelopes` cuts it into events to keep, `events` reads one of them,
`messages` builds what we say and `client` says it. `console` sets the channel up and checks it; both go over
`connection`.
"""
