"""One number for a whole run, so that "the same run again" is a comparison of two short strings.

Every byte of every row goes through one streaming blake2b in order. The digest of a stream does not depend on how the
stream was cut, so it does not show when chunks were filled, let go or asked for. Rows name texts by number, and a
text's number is a digest of the text itself: the fingerprint of the rows is therefore one of the texts too, whatever
was trimmed in between and whatever the trace's capacity is.

Limits: 128 bits for a run and 63 for a text are safe against accident, not against somebody who looks for a collision.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

DIGEST_BYTES = 16
CACHED_TEXTS = 4096
TEXT_NUMBER_MASK = (1 << 63) - 1


class Fingerprint:
    """A rolling digest: fed with full chunks, asked at any time with what is not yet a full chunk."""

    __slots__ = ("_hash",)

    def __init__(self) -> None:
        self._hash = blake2b(digest_size=DIGEST_BYTES)

    def feed(self, chunk: bytes | bytearray | memoryview) -> None:
        """Takes the next bytes of the run for good."""
        self._hash.update(chunk)

    def with_rest(self, rest: bytes | bytearray | memoryview) -> str:
        """32 hexadecimal digits over everything fed and `rest`, which is not kept."""
        copy = self._hash.copy()
        copy.update(rest)
        return copy.hexdigest()


@lru_cache(maxsize=CACHED_TEXTS)
def text_number(text: str) -> int:
    """The number by which rows name a text: 63 bits of its digest, 0 for the empty text.

    >>> text_number(""), text_number("cancelled") == text_number("cancelled")
    (0, True)
    """
    if not text:
        return 0
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return (int.from_bytes(digest, "little") & TEXT_NUMBER_MASK) or 1
