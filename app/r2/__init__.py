"""Cloudflare R2: `bucket` stores and serves pictures, `retention` is what deletes them, `object_keys` names them.

`public_address` sees whether people can fetch them.
"""

from app.r2.bucket import Bucket, ObjectHead
from app.r2.object_keys import endpoint_url, new_key
from app.r2.public_address import why_not_served

__all__ = ["Bucket", "ObjectHead", "endpoint_url", "new_key", "why_not_served"]
