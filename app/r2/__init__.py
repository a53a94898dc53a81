"""Cloudflare R2: `bucket` stores and serves pictures, `object_keys` names them, `retention` has R2 delete them.

`public_address` checks whether people can fetch them. `bounded` limits what botocore reads, `isolation` keeps it from
settings meant for AWS, and `faults` turns its errors into ours.
"""

from app.r2.bucket import Bucket, ObjectHead
from app.r2.object_keys import endpoint_url, new_key
from app.r2.public_address import why_not_served

__all__ = ["Bucket", "ObjectHead", "endpoint_url", "new_key", "why_not_served"]
