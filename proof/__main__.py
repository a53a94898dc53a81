"""The command line: each prints what it saw, and ends with 1 when something did not hold."""

import asyncio
import secrets
import sys
from typing import Annotated

import typer

cli = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)


@cli.command()
def chaos(
    seconds: Annotated[int, typer.Option(help="How long things go wrong.")] = 180,
    seed: Annotated[int | None, typer.Option(help="Replay a run: all chance comes from it.")] = None,
    database: Annotated[str, typer.Option(help="sqlite, or postgres with two processes.")] = "sqlite",
) -> None:
    """Faults of all three services, kill -9, full disk, wrong clocks, repeats, disorder, against what must hold."""
    from proof.chaos import run  # noqa: PLC0415 - heavy

    chosen = secrets.randbelow(10**9) if seed is None else seed
    sys.exit(asyncio.run(run(seconds=seconds, seed=chosen, kind=database)))


@cli.command()
def soak(
    requests: Annotated[int, typer.Option(help="How many pictures are asked for.")] = 10_000,
) -> None:
    """Memory, open files and the database's size over many requests: they must stay flat."""
    from proof.soak import run  # noqa: PLC0415 - heavy

    sys.exit(asyncio.run(run(requests=requests)))


@cli.command()
def fuzz(
    seconds: Annotated[int, typer.Option(help="How long to try.")] = 60,
) -> None:
    """Webhook bodies that nobody thought of, found by their coverage: never an error, never a lost event."""
    from proof.fuzz import run  # noqa: PLC0415 - heavy

    sys.exit(run(seconds=seconds))


@cli.command()
def siege(
    seconds: Annotated[float, typer.Option(help="How long each attack lasts.")] = 60,
) -> None:
    """Slow, half and endless requests, bombs and swelling answers, beside good webhooks and wishes: nobody is lost."""
    from proof.siege import run  # noqa: PLC0415 - heavy

    sys.exit(asyncio.run(run(seconds=seconds)))


@cli.command()
def sweep(
    points: Annotated[int, typer.Option(help="At how many points of each story to kill, at most.")] = 60,
    database: Annotated[str, typer.Option(help="sqlite or postgres.")] = "sqlite",
) -> None:
    """Kill -9 at every commit and call between webhook and answer: a picture, four, an edit, a promise, a push."""
    from proof.sweep import run  # noqa: PLC0415 - heavy

    sys.exit(asyncio.run(run(points=points, kind=database)))


cli()
