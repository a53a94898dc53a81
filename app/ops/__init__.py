"""Commands for operators: init, setup, doctor, health, backup, move, prices, and those of the desk.

The desk: usage, requests, resend, refund, forget.
"""
