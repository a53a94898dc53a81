"""How often somebody may try to sign in: for each peer, and for all of them together. No I/O."""

from collections import OrderedDict
from dataclasses import dataclass

PEERS_MAX = 1_000


@dataclass(slots=True)
class _Bucket:
    """Tries that are left; they come back one by one."""

    left: float
    at: float


class Tries:
    """Lets a peer make `burst` tries, then one every `every_s`; all peers together `all_burst`, then `all_every_s`.

    Remembers at most `PEERS_MAX` peers; who was not seen for longest is forgotten, and then only the limit for all
    holds.
    """

    def __init__(self, *, burst: int = 5, every_s: float = 30.0, all_burst: int = 50, all_every_s: float = 2.0) -> None:
        self._one = (burst, every_s)
        self._all = (all_burst, all_every_s)
        self._peers: OrderedDict[str, _Bucket] = OrderedDict()
        self._everybody = _Bucket(left=all_burst, at=0.0)

    def wait_s(self, peer: str, *, now_s: float) -> float:
        """Take a try. Return 0, or in how many seconds the next one is allowed; then nothing was taken."""
        mine = self._peers.setdefault(peer, _Bucket(left=self._one[0], at=now_s))
        self._peers.move_to_end(peer)
        if len(self._peers) > PEERS_MAX:
            self._peers.popitem(last=False)
        wait = max(_wait_s(mine, *self._one, now_s=now_s), _wait_s(self._everybody, *self._all, now_s=now_s))
        if not wait:
            mine.left -= 1
            self._everybody.left -= 1
        return wait


def _wait_s(bucket: _Bucket, burst: int, every_s: float, *, now_s: float) -> float:
    bucket.left = min(burst, bucket.left + (now_s - bucket.at) / every_s)
    bucket.at = now_s
    return 0.0 if bucket.left >= 1 else (1 - bucket.left) * every_s
