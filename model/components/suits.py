"""What implementations say they suit, so that a wrapper can ask for one without knowing any.

An implementation that is not ours is found in the same way: it says `suits = MANY_PROCESSORS`, and the contention watch
asks for it.
"""

from __future__ import annotations

from typing import Final

ONE_PROCESSOR: Final = "one processor"
MANY_PROCESSORS: Final = "many processors"
STREAMS: Final = "streams"
ONE_USER: Final = "one user"
MANY_USERS: Final = "many users"
SMALL_FILES: Final = "one user with small files"
RECENT_USE: Final = "pages used again and again"
PASSING_THROUGH: Final = "pages that pass through"
