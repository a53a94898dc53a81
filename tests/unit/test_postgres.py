"""How Postgres is reached."""

import os
import socket

import pytest

from app.store.database import Database
from tests.wire import wire


@pytest.mark.slow
def test_a_host_that_vanishes_is_noticed(postgres):
    """The system gives a connection up on which nothing is acknowledged; else webhooks would wait for it."""
    with wire(postgres.get_uri()) as near:
        database = Database(near.url.replace("postgresql://", "postgresql+psycopg://"))
        with database.transaction() as connection:
            opened = socket.socket(fileno=os.dup(connection.connection.driver_connection.fileno()))
            with opened:
                assert opened.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 10_000
                assert opened.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 5
        database.close()
