"""Cloudflare R2: `bucket` stores and serves pictures, `retention` is what deletes them, `addresses` names them.

`public_address` sees whether people can fetch them.
"""

from app.r2.addresses import endpoint_url, new_key
from app.r2.bucket import Bucket, Stored
from app.r2.public_address import why_not_served

__all__ = ["Bucket", "Stored", "endpoint_url", "new_key", "why_not_served"]
