"""The durable workflow engine, DBOS Transact, behind the few methods that Easel needs, so that it could be replaced."""

from app.engine.engine import Engine, QueueLimits
from app.engine.engine_tables import EngineError, check_sqlite, engine_url
from app.engine.outside import Outside, engine_outside
from app.engine.work import Work

__all__ = ["Engine", "EngineError", "Outside", "QueueLimits", "Work", "check_sqlite", "engine_outside", "engine_url"]
