"""How every connection to Postgres is opened, the store's and the engine's. No I/O."""

# A host that vanishes says nothing: without these a thread would wait for it for a quarter of an hour.
# https://www.postgresql.org/docs/current/libpq-connect.html (read 2026-11-26)
CONNECT_ARGUMENTS = {
    "connect_timeout": 5,  # s
    "tcp_user_timeout": 10_000,  # ms until what was sent must be acknowledged
    "keepalives_idle": 5,  # s
    "keepalives_interval": 2,  # s
    "keepalives_count": 3,
}
