"""The durable workflow engine, DBOS Transact, behind the few methods that Easel needs, so that it could be replaced."""

from app.engine.engine import Engine, QueueLimits
from app.engine.engine_client import EngineClient, open_engine_client
from app.engine.engine_tables import EngineError, check_sqlite, engine_url
from app.engine.workflow_state import WorkflowState

__all__ = [
    "Engine",
    "EngineClient",
    "EngineError",
    "QueueLimits",
    "WorkflowState",
    "check_sqlite",
    "engine_url",
    "open_engine_client",
]
