"""The Messaging API: signatures and events on the way in, messages and the client on the way out.

`signature` says whether a body is LINE's, `envelopes` cuts it into events to keep, `events` reads one of them,
`messages` and `buttons` build what we say of the SDK's `sdk_models`, and `client` says it. `console` sets the
channel up, `token_life` asks about tokens; all go over `connection`, and that over line-bot-sdk, which `sdk` sets
up.
"""
