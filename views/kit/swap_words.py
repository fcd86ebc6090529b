"""What a swap is doing, has done, and what must happen next, in words.

The words follow the paper's own account (§4.3.2): FORWARD waits for the calls that are older than the mediator, BLOCK
for the tracked ones, TRANSFER for the state and the table entries. They say what must happen, not what the program
does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from model.projections.receipt import FateSort
from model.trace.events import Phase
from views.kit.describing import counted, member
from views.kit.format import format_bytes, format_duration

if TYPE_CHECKING:
    from model.projections.receipt import Receipt, Swap


def change_words(swap: Swap) -> tuple[str, str]:
    """From what to what, in short: ("single", "replicated"); for a wrapper what is done and which one."""
    if swap.sort == "swap":
        return member(swap.from_title or swap.from_name), member(swap.to_title or swap.to_name)
    return swap.sort, swap.wrapper_title


def change_titles(swap: Swap) -> tuple[str, ...]:
    """What a panel about a swap is about, from long to short: "FCM file 17, single to replicated", "FCM file 17"."""
    old, new = change_words(swap)
    if swap.sort != "swap":
        return f"{swap.component}, {old} {new}", swap.component
    change = f"{old} to {new}" if swap.from_implementation != swap.to_implementation else f"{old} anew"
    return f"{swap.component}, {change}", f"{swap.component}, to {new}", swap.component


def next_words(swap: Swap, clock_ns: int) -> str:
    """What must happen before the swap goes on."""
    if swap.over:
        return swap.reason
    if swap.cancel_requested:
        return "a cancel is on its way"
    if swap.waits_for:
        return f"queued behind request {swap.waits_for}"
    if swap.phase is None:
        return f"{swap.entries_total} table entries are being written" if swap.sort == "swap" else "entries are written"
    return {Phase.FORWARD: _forward, Phase.BLOCK: _block, Phase.TRANSFER: _transfer}[swap.phase](swap, clock_ns)


def _forward(swap: Swap, clock_ns: int) -> str:
    if swap.retry_until_ns is not None and swap.retry_until_ns > clock_ns:
        return f"retry {swap.retries} begins in {format_duration(swap.retry_until_ns - clock_ns)}"
    older = swap.untracked - swap.untracked_left
    return f"{counted(older, 'older call')} must return first" if older else "older threads must end first"


def _block(swap: Swap, _: int) -> str:
    inside = swap.tracked - swap.left
    return f"{counted(inside, 'tracked call')} must return first" if inside else "all tracked calls have returned"


def _transfer(swap: Swap, clock_ns: int) -> str:
    written = swap.entries_written
    if written:
        return f"{written} of {counted(swap.entries_total, 'table entry', 'table entries')} written"
    if swap.unpackage_from_ns is not None and swap.unpackage_from_ns <= clock_ns:
        return "the new component unpacks the state"
    if swap.package_from_ns is not None:
        return f"the old component packs {format_bytes(swap.bytes)}"
    return "the state is packed next"


def transfer_notes(swap: Swap, clock_ns: int) -> tuple[tuple[str, str], ...]:
    """What was packaged and unpackaged, how much and how long; nothing before a protocol is chosen."""
    if swap.protocol_bit is None:
        return ()
    size = format_bytes(swap.bytes) if swap.bytes else "by reference"
    return (
        ("package", _moved(size, swap.package_from_ns, swap.package_until_ns, clock_ns, swap)),
        ("unpackage", _moved(size, swap.unpackage_from_ns, swap.unpackage_until_ns, clock_ns, swap)),
    )


def _moved(size: str, from_ns: int | None, until_ns: int | None, clock_ns: int, swap: Swap) -> str:
    if from_ns is None or from_ns > clock_ns:
        return "did not happen" if swap.over else "not yet"
    took_ns = max(0, min(clock_ns, until_ns or from_ns) - from_ns)
    took = f"{size}, {format_duration(took_ns)}" if took_ns else size
    return f"{took} so far" if until_ns is not None and until_ns > clock_ns else took


def fate_notes(receipt: Receipt, clock_ns: int) -> dict[str, str]:
    """What stands beside the count of each fate."""
    swap = receipt.swap
    longest = f"longest {format_duration(receipt.longest_blocked_ns)}" if swap.blocked else ""
    if swap.over:
        return {"blocked": longest}
    recursive_inside = any(fate.was(FateSort.RECURSIVE) and fate.ended_ns is None for fate in swap.fates.values())
    return {
        "untracked": _returned(swap.untracked, swap.untracked_left),
        "tracked": _returned(swap.tracked, swap.left),
        "recursive": ("inside" if recursive_inside else "returned") if swap.recursive else "",
        "blocked": longest,
    }


def _returned(all_of_them: int, left: int) -> str:
    if not all_of_them:
        return ""
    return "all returned" if left == all_of_them else f"{left} returned" if left else "none returned"


def facts_of(receipt: Receipt) -> list[tuple[str, str]]:
    """The rest of what a receipt says, in order."""
    swap = receipt.swap
    rows = []
    if swap.reason:
        rows.append(("reason", swap.reason))
    if swap.sort == "swap":
        rows.append(("total blocked time", format_duration(receipt.total_blocked_ns)))
        if swap.protocol_bit is not None:
            rows.append(("protocol", f"{swap.protocol_name}, bit {swap.protocol_bit}"))
        rows.append(("state", format_bytes(swap.bytes) if swap.bytes else "nothing moved"))
        rows.append(("retries", str(swap.retries)))
    rows.append(("table entries written", f"{swap.entries_written} of {swap.entries_total}"))
    if swap.sort == "swap" and not swap.refused:
        rows.append(("old component", _old_component(swap)))
    return rows


def _old_component(swap: Swap) -> str:
    if swap.outcome is not Phase.COMPLETED:
        return "still serves"
    return "freed after quiescence" if swap.freed_ns is not None else "waits for quiescence"


def title_of(swap: Swap) -> str:
    """What a panel is called that shows it: "Swap 4", "Attach 1"."""
    return f"{swap.sort.capitalize()} {swap.request}"
