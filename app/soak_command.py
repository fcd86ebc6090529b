"""`changeover soak`: a long run under all faults, and whether the books balance at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from app.terminal import with_progress

if TYPE_CHECKING:
    from model.exploration.soak import Result

FAILED = 1


def soak(
    calls: Annotated[int, typer.Option(min=100, max=1_000_000_000, help="Calls of the load.")] = 1_000_000,
    reconfigurations: Annotated[
        int, typer.Option(min=0, max=7_000, help="Swaps, attaches and detaches that are asked for on the way.")
    ] = 1_000,
    seed: Annotated[int, typer.Option(min=0, help="What decides what is asked for, and when.")] = 0,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Reconfigure at random for a million calls while everything fails, and see that nothing is lost or left."""
    from model.exploration.soak import soak as run

    result = with_progress("soaking", lambda progress: run(calls, reconfigurations, seed, progress))
    if json:
        import json as text

        print(text.dumps(result.as_table(), indent=2))
    else:
        print(in_words(result))
    if result.failures:
        raise typer.Exit(FAILED)


def in_words(result: Result) -> str:
    """The result as a person reads it."""
    calls, swaps, requests = result.calls, result.swaps, result.requests
    faults = ", ".join(f"{name.replace('_', ' ')} {times:,}" for name, times in result.faults.items())
    outlived = ", ".join(f"{advances}: {threads:,}" for advances, threads in result.threads_by_advances.items())
    lines = [
        f"calls: {calls['issued']:,} issued, {calls['returned']:,} returned, {calls['raised']:,} raised",
        f"asked for: {requests['swap']:,} swaps, {requests['attach']:,} attaches, {requests['detach']:,} detaches, "
        f"{requests['cancel']:,} cancels; {requests['refused']:,} refused",
        f"swaps: {swaps['completed']:,} completed, {swaps['abandoned']:,} abandoned",
        f"faults that struck: {faults or 'none'}",
        f"threads by advances that they outlived: {outlived}; near misses: {result.near_misses:,}",
        f"fingerprint: {result.fingerprint}",
        *(f"FAILED: {failure}" for failure in result.failures),
    ]
    if not result.failures:
        lines.append("nothing was lost, doubled or left behind")
    return "\n".join(lines)
