"""How Postgres is reached."""

import os
import socket

import pytest
import sqlalchemy as sa

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


@pytest.mark.slow
def test_nothing_is_prepared_on_one_server(postgres):
    """A pooler may give each transaction another server, which knows of no statement that was prepared elsewhere."""
    database = Database(postgres.get_uri().replace("postgresql://", "postgresql+psycopg://"))
    for _ in range(12):
        with database.transaction() as connection:
            connection.execute(sa.text("SELECT :n + 1"), {"n": 1})
            assert connection.execute(sa.text("SELECT count(*) FROM pg_prepared_statements")).scalar_one() == 0
    database.close()
