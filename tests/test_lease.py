"""How processes that share a Postgres know each other."""

import subprocess
import sys

import pytest

from app.store.tables import deliveries, inbox, leases
from tests.world import ROOT

LONGEST = "easel-" + "o" * 57  # 63 characters, as many as a pod's name may have
ELSEWHERE = ("unshare", "--user", "--map-root-user", "--uts", "sh", "-c", f'hostname {LONGEST} && exec "$@"', "sh")
SAY_ITS_ID = "from app.lease import new_executor_id; print(new_executor_id())"


def has_namespaces() -> bool:
    """Whether a process may have a host name of its own here."""
    try:
        return subprocess.run([*ELSEWHERE, "true"], check=False, capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not has_namespaces(), reason="a process may not have a host name of its own here")
def test_the_store_takes_an_id_from_a_host_with_a_long_name():
    """Postgres refuses what is longer than its column, and Easel would not start."""
    said = subprocess.run([*ELSEWHERE, sys.executable, "-c", SAY_ITS_ID], check=True, capture_output=True, cwd=ROOT)
    columns = (leases.c.executor_id, inbox.c.owner, deliveries.c.owner)
    assert len(said.stdout.decode().strip()) <= min(column.type.length for column in columns)
