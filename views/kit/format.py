"""How numbers are worded: durations, the clock, counts, rates, bytes, differences.

Three significant digits and a unit are what a reader compares at a glance; the clock alone shows every nanosecond,
grouped by three. Groups and units are parted by no-break spaces, so that no number is ever broken over two lines.

Limits: pure functions, no Qt and no locale: the digits are the same on every machine, as the pictures of a paper are.
"""

from __future__ import annotations

from typing import TypeVar

GAP = "\u00a0"  # no-break space, before a unit
GROUP = GAP  # between groups; the narrow one is 2 px at the size of a label, which is too little to be seen
MINUS = "\u2212"

NS_PER_MS = 1_000_000

Number = TypeVar("Number", int, float)

_TIME_UNITS = ((1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "µs"), (1, "ns"))
_RATE_UNITS = ((1e9, "G/s"), (1e6, "M/s"), (1e3, "k/s"), (1.0, "/s"))
_BYTE_UNITS = ((1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"), (1, "B"))


def format_duration(ns: float, *, padded: bool = False) -> str:
    """A duration in three significant digits with its unit; `padded` keeps the last zero, for columns.

    >>> format_duration(4_100).replace(GAP, " "), format_duration(18_240).replace(GAP, " ")
    ('4.1 µs', '18.2 µs')
    >>> format_duration(9_600, padded=True).replace(GAP, " ")
    '9.60 µs'
    """
    number, unit = duration_parts(ns, padded=padded)
    return number + GAP + unit


def duration_parts(ns: float, *, padded: bool = False) -> tuple[str, str]:
    """The digits and the unit of a duration, for where the unit is set smaller."""
    sign, rest = _signed(round(ns))
    for size, unit in reversed(_TIME_UNITS):
        if rest < 1_000 * size - size // 2 or size == _TIME_UNITS[0][0]:
            return sign + (_grouped(rest) if size == 1 else _three_digits(rest, size, padded)), unit
    raise AssertionError("the last unit takes whatever is left")


def format_signed_duration(ns: float) -> str:
    """A difference of two durations, with its sign: `+1.2 µs`, `−340 ns`, `0 ns`."""
    return ("+" if round(ns) > 0 else "") + format_duration(ns)


def format_clock(ns: int) -> str:
    """An instant of simulated time to the nanosecond, in milliseconds: `2.418 306 ms`."""
    return clock_digits(ns) + GAP + "ms"


def clock_digits(ns: int) -> str:
    """The digits of `format_clock`, for where the unit is set smaller."""
    sign, rest = _signed(int(ns))
    whole, fraction = divmod(rest, NS_PER_MS)
    digits = f"{fraction:06d}"
    return f"{sign}{_grouped(whole)}.{digits[:3]}{GROUP}{digits[3:]}"


def format_count(count: int) -> str:
    """A whole number grouped by three: `31 204`."""
    sign, rest = _signed(int(count))
    return sign + _grouped(rest)


def format_rate(per_second: float) -> str:
    """A rate in three significant digits: `88.1 k/s`, `412 /s`."""
    sign, rest = _signed(per_second)
    for size, unit in reversed(_RATE_UNITS):
        if rest < 999.5 * size or size == _RATE_UNITS[0][0]:
            return sign + _three_figures(rest / size) + GAP + unit
    raise AssertionError("the last unit takes whatever is left")


def format_bytes(count: int) -> str:
    """A size in binary units, three significant digits and no needless zero: `96 KiB`, `1.5 MiB`."""
    sign, rest = _signed(int(count))
    for size, unit in reversed(_BYTE_UNITS):
        if rest < 1_024 * size or size == _BYTE_UNITS[0][0]:
            figures = _three_figures(rest / size)
            return sign + (figures.rstrip("0").rstrip(".") if "." in figures else figures) + GAP + unit
    raise AssertionError("the last unit takes whatever is left")


def format_difference(now: float, before: float) -> str:
    """By how much `now` differs from `before`, in percent and with its sign: `+17 %`, `−3 %`, `0 %`.

    From nothing there is no percentage: it says `from 0`.
    """
    if before == 0:
        return f"0{GAP}%" if now == 0 else "from 0"
    sign, percent = _signed(round(100 * (now - before) / abs(before)))
    return ("+" if percent and not sign else sign) + _grouped(percent) + GAP + "%"


def _signed(number: Number) -> tuple[str, Number]:
    return (MINUS, -number) if number < 0 else ("", number)


def _grouped(number: int) -> str:
    return f"{number:,}".replace(",", GROUP)


def _three_digits(ns: int, size: int, padded: bool) -> str:
    """`ns` in units of `size`, rounded half up; exact, as a float would not be past fifteen digits."""
    for places, below in ((2, 10), (1, 100), (0, None)):
        steps = (ns * 10**places + size // 2) // size
        if below is None or steps < below * 10**places:
            whole, fraction = divmod(steps, 10**places)
            digits = f"{_grouped(whole)}.{fraction:0{places}d}" if places else _grouped(whole)
            return digits[:-1] if places == 2 and digits.endswith("0") and not padded else digits
    raise AssertionError("the last step takes whatever is left")


def _three_figures(value: float) -> str:
    if value == int(value) and value < 1_000:
        return str(int(value))
    for places, below in ((2, 9.995), (1, 99.95)):
        if value < below:
            digits = f"{value:.{places}f}"
            return digits[:-1] if places == 2 and digits.endswith("0") else digits
    return _grouped(round(value))
