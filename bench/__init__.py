"""`make bench`: speed and memory of Easel, beside the plain echo bot of `echo.py`. Loopback only, no account."""
