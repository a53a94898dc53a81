"""Runs the command line, `easel`, as `python -m app`."""

from app.cli import main

main()
