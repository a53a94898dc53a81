"""LINE's Messaging API: signatures and events on the way in, messages and the client on the way out.

`signature` verifies that a body comes from LINE, `envelopes` splits it into events to store, and `events` parses one of
them. `messages`, `buttons` and `flex` build outgoing messages from the SDK's `sdk_models`, and `client` sends them.
`console` sets the channel up, `token_life` asks about tokens. All of them go through `connection`, which calls
line-bot-sdk as `sdk` sets it up.
"""
