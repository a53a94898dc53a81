"""The stand-in of LINE."""

from line_sandbox.line.app import LineStandIn

__all__ = ["LineStandIn"]
