"""`python -m app` and the installed command `changeover` start here."""

from __future__ import annotations

import sys

from app.command_line import main as run_command_line


def main() -> None:
    """Runs the command that was typed and ends with its status."""
    sys.exit(run_command_line())


if __name__ == "__main__":
    main()
