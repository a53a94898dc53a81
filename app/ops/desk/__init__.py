"""The operator's desk: usage, requests, resend, refund and forget, with output for people or for programs.

Every command works whether the service is running or not, with SQLite, too.
"""
