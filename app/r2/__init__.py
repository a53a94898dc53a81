"""Cloudflare R2: `bucket` stores and serves pictures, `retention` is what deletes them, `addresses` names them."""

from app.r2.addresses import endpoint_url, new_key
from app.r2.bucket import Bucket, Stored

__all__ = ["Bucket", "Stored", "endpoint_url", "new_key"]
