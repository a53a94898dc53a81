"""Proof that the promises hold: `python -m proof chaos`, `soak` and `fuzz`, against the stand-ins of the vendors."""
