"""The stand-in of Cloudflare R2."""

from line_sandbox.r2.app import R2StandIn, StoredObject

__all__ = ["R2StandIn", "StoredObject"]
