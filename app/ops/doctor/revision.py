"""Checks that the tables are those of this release. No I/O."""

from app.ops.doctor.finding import Finding, failed, ok, warning
from app.store.database import HEAD


def judge_revision(revision: str | None, *, empty: bool = True) -> Finding:
    """Compare the revision of a database with the newest one. None: it has no revision; `empty`: nor any tables."""
    check = "database"
    if revision is None and empty:
        return ok(check, "it has no tables yet; the first start makes them")
    if revision is None:
        cure = "Set DATABASE_URL to a database that is Easel's alone"
        return failed(check, "it has tables, but not Easel's", cure=cure)
    if revision == HEAD:
        return ok(check, f"its tables are up to date (revision {revision})")
    if revision < HEAD:
        cure = "Back it up first; the next start brings it up to date"
        return warning(check, f"its tables are of revision {revision}, this Easel's are {HEAD}", cure=cure)
    cure = "Fine during an upgrade; else start the release that made them"
    return warning(check, f"a later Easel made its tables: revision {revision}, here {HEAD} is the newest", cure=cure)
