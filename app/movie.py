"""A moving picture of the window: frames at fixed instants of simulated time, however long each takes to draw.

    frame i of n shows the run at   from + (to - from) * i / (n - 1)

So the picture is as smooth on a slow machine as on a fast one, and the same run gives the same file. The window is
drawn without a screen, live at each instant, with everything that glides in its place.

A `.gif` or a `.png` (animated) is one file; a name without an ending is a folder with a picture a frame, for a tool
that makes a video of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QImage, QPixmap

from app.documents import open_session
from app.pictures import chosen_theme, open_still, prepare, save, settle
from app.planted import Planted
from model.refusals import ScenarioError

if TYPE_CHECKING:
    from PIL.Image import Image

    from app.main_window import MainWindow

FRAMES_AT_MOST: Final = 3_000
FRAMES_A_SECOND: Final = (10, 20, 25, 50)
"""A GIF counts in hundredths of a second: these come out exactly."""
ENDINGS: Final = (".gif", ".png", "")


def movie(
    scenario: str,
    from_ns: int,
    to_ns: int,
    path: Path,
    *,
    seconds: float = 8.0,
    frames_a_second: int = 25,
    size: tuple[int, int] = (1280, 800),
    theme: str = "light",
    trusted: tuple[str, ...] = (),
    progress: Callable[[float], None] | None = None,
) -> int:
    """Draws the run from one instant to another into a moving picture of so many seconds; the number of frames.

    Raises ScenarioError, in one sentence, for what cannot be drawn or written.
    """
    count = frames_of(seconds, frames_a_second)
    if not from_ns < to_ns:
        raise ScenarioError("--to", "the end must come after the beginning", "name a later instant")
    if path.suffix not in ENDINGS:
        raise ScenarioError("--output", f"{path.suffix} is not known", "end the name in .gif or .png, or name a folder")
    prepare()
    chosen_theme(theme)  # before a long run, not after it
    planted = Planted()
    session = open_session(scenario, trusted, planted)
    session.advance(from_ns)
    window = open_still(session, size, theme, scenario, playing=True, planted=planted)
    try:
        pictures = _pictures(window, from_ns, to_ns, count, progress)
        if path.suffix:
            _write_one_file(pictures, path, frames_a_second)
        else:
            _write_folder(pictures, path)
    except OSError as error:
        remedy = "name a file in a folder that you may write"
        raise ScenarioError("--output", f"{path} cannot be written ({error.strerror})", remedy) from None
    finally:
        window.close()
        window.deleteLater()
    return count


def frames_of(seconds: float, frames_a_second: int) -> int:
    """How many frames there are; ScenarioError if that is too few or too many."""
    if frames_a_second not in FRAMES_A_SECOND:
        choices = ", ".join(map(str, FRAMES_A_SECOND))
        raise ScenarioError("--fps", f"{frames_a_second} frames a second are not possible", f"write one of {choices}")
    count = round(seconds * frames_a_second)
    if not 2 <= count <= FRAMES_AT_MOST:
        remedy = f"there must be from 2 to {FRAMES_AT_MOST:,}: change --seconds or --fps"
        raise ScenarioError("--seconds", f"{seconds:g} s are {count:,} frames", remedy)
    return count


def _pictures(
    window: MainWindow, from_ns: int, to_ns: int, count: int, progress: Callable[[float], None] | None
) -> Iterator[QPixmap]:
    session = window.link.session
    advance: Callable[[int], bool] = session.advance  # type: ignore[attr-defined]
    for index in range(count):
        advance(from_ns + (to_ns - from_ns) * index // (count - 1))
        window.player.to_end()
        settle(window)
        yield window.grab()
        if progress is not None:
            progress((index + 1) / count)


def _write_folder(pictures: Iterator[QPixmap], path: Path) -> None:
    path.mkdir(parents=True, exist_ok=True)
    for index, picture in enumerate(pictures):
        save(picture, path / f"frame-{index:05d}.png")


def _write_one_file(pictures: Iterator[QPixmap], path: Path, frames_a_second: int) -> None:
    images = (_image(picture, path.suffix) for picture in pictures)
    first = next(images)
    first.save(path, save_all=True, append_images=images, duration=1_000 // frames_a_second, loop=0)


def _image(picture: QPixmap, suffix: str) -> Image:
    from PIL import Image

    pixels = picture.toImage().convertToFormat(QImage.Format.Format_RGB888)
    width, height = pixels.width(), pixels.height()
    # Each line of a QImage begins at a multiple of four bytes.
    image = Image.frombytes("RGB", (width, height), bytes(pixels.constBits()), "raw", "RGB", pixels.bytesPerLine())
    # Without dithering: the window is flat colours, and a dithered ground flickers.
    return image.quantize(256, dither=Image.Dither.NONE) if suffix == ".gif" else image
