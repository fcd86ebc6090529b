"""The frame of a mediator in front of a component: head, ribbon, door, what arrives, and the state on its way.

The further a swap has come, the more the frame stands out; the word of the phase is on the ribbon, what the mediator
does is on the head, and the door says by its gap whether calls pass.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainterPath

from model.trace.events import Phase
from views.graph.geometry import BAR_STEP, BAR_WIDTH, FRAME_TOP, Geometry
from views.graph.ink import FAR_ROLE, PAD, Ink
from views.graph.picture import MediatorFacts
from views.kit.format import format_duration
from views.kit.glyphs import paint_glyph, sign_rect
from views.kit.hatches import fill_hatched
from views.kit.phases import phase_meaning
from views.kit.theme import Meaning, Theme, mixed
from views.kit.typography import MEDIUM, PHASE_TRACKING_PX, SEMIBOLD, text_width

FRAME_RADIUS = 12.0
SEGMENT_POINT, SEGMENT_GAP = 8.0, 2.0
DOOR_GAP = 0.32
PACKAGES = 3
PACKAGE_WIDTH, PACKAGE_HEIGHT, PACKAGE_STEP = 18.0, 11.0, 26.0
RIBBON = (Phase.FORWARD, Phase.BLOCK, Phase.TRANSFER)
CLOSED = (Phase.BLOCK, Phase.TRANSFER)


@dataclass(slots=True)
class FrameState:
    """What of a frame is on the move: the door's gap, the ribbon between two phases, the button under the pointer."""

    door: float = 1.0
    ribbon: float = 1.0
    ribbon_from: Phase | None = None
    cancel_hovered: bool = False


def frame_meaning_phase(facts: MediatorFacts) -> Phase:
    """The phase whose colours the frame wears; before the first it is about to forward."""
    return facts.phase or Phase.FORWARD


def paint_frame(ink: Ink, parts: Geometry, facts: MediatorFacts, state: FrameState, *, words: bool = True) -> None:
    """The frame with its head and ribbon, beneath everything else of the node."""
    meaning = phase_meaning(ink.theme, frame_meaning_phase(facts))
    before = phase_meaning(ink.theme, state.ribbon_from or frame_meaning_phase(facts))
    tint = mixed(before.tint, meaning.tint, state.ribbon)
    ink.box(parts.frame, FRAME_RADIUS, tint, ink.line_of(mixed(before.mark, meaning.mark, state.ribbon), 1.5))
    if parts.open < 1.0:
        return
    if not words:
        _paint_far(ink, parts, meaning)
        return
    head = QRectF(parts.frame.left() + 16, parts.frame.top() + 10, parts.frame.width() - 32, 16)
    used = ink.line(head, "mediator", weight=SEMIBOLD) + 9
    room = QRectF(head.left() + used, head.top(), parts.cancel.left() - head.left() - used - 4, 16)
    if facts.phase in (Phase.COMPLETED, Phase.ABANDONED):
        room.setRight(head.right())
    ink.line(room, facts.words, colour=meaning.text)
    _paint_cancel(ink, parts, facts, state)
    if facts.phase in (Phase.COMPLETED, Phase.ABANDONED):
        paint_outcome(ink, parts.ribbon, facts)
    else:
        paint_ribbon(ink, parts.ribbon, facts, state)


def _paint_far(ink: Ink, parts: Geometry, meaning: Meaning) -> None:
    """What can be told of a frame from far away: the sign of its phase and the word, large."""
    middle = parts.frame.top() + FRAME_TOP / 2
    paint_glyph(ink.painter, meaning.glyph, sign_rect(parts.frame.left() + 34, middle, 24.0), meaning.text)
    room = QRectF(parts.frame.left() + 60, middle - 14, parts.frame.width() - 76, 28)
    ink.line(room, meaning.word, FAR_ROLE, meaning.text)


def _paint_cancel(ink: Ink, parts: Geometry, facts: MediatorFacts, state: FrameState) -> None:
    if facts.phase in (Phase.COMPLETED, Phase.ABANDONED):
        return
    area, text = parts.cancel, ink.theme.text
    if not facts.cancellable:
        ink.line(area.adjusted(-10, 0, -2, 0), "no cancel now", colour=text.secondary, right=True)
        return
    if state.cancel_hovered:
        ink.box(area.adjusted(8, 0, 0, 0), 6, ink.theme.surface.hover)
    ink.glyph("close", area.left() + 23, area.center().y(), 14, text.secondary)
    ink.line(area.adjusted(34, 0, -6, 0), "Cancel", weight=MEDIUM)


def paint_ribbon(ink: Ink, area: QRectF, facts: MediatorFacts, state: FrameState) -> None:
    """Three segments: what is done with its time, what goes on, what comes."""
    now = facts.phase
    spent = dict(facts.spent)
    wishes = []
    for number, phase in enumerate(RIBBON):
        word = phase_meaning(ink.theme, phase).word
        width = text_width(word, "small", weight=SEMIBOLD) + PHASE_TRACKING_PX * len(word)
        came = now is not None and phase <= now
        time = format_duration(spent[phase]) if came and spent[phase] else ""
        wishes.append((phase, word, time, _words_left(number == 0) + width + _words_right(number == len(RIBBON) - 1)))
    widths, times = _shared_out(wishes, area.width() - 2 * SEGMENT_GAP)
    left = area.left()
    for number, ((phase, word, _, _), width, time) in enumerate(zip(wishes, widths, times, strict=True)):
        box = QRectF(left, area.top(), width, area.height())
        fill, letters = _segment_colours(ink.theme, phase, now)
        old_fill, old_letters = _segment_colours(ink.theme, phase, state.ribbon_from)
        share = state.ribbon
        path = _segment(box, first=number == 0, last=number == len(RIBBON) - 1)
        ink.painter.fillPath(path, mixed(old_fill, fill, share))
        done = now is not None and phase < now
        sign = "check" if done else phase_meaning(ink.theme, phase).glyph
        _segment_words(ink, box, sign, word, time, mixed(old_letters, letters, share), number)
        left += width + SEGMENT_GAP


def _shared_out(wishes: list[tuple[Phase, str, str, float]], width: float) -> tuple[list[float], list[str]]:
    """Widths and times of the segments; where they do not fit, the time of the earliest goes first."""
    times = [time for _, _, time, _ in wishes]
    while True:
        needs = [
            need + (text_width(time, "small", weight=MEDIUM) + 4 if time else 0.0)
            for (_, _, _, need), time in zip(wishes, times, strict=True)
        ]
        spare = width - sum(needs)
        shown = [number for number, time in enumerate(times) if time]
        if spare >= 0 or not shown:
            break
        times[shown[0]] = ""
    return [need + spare / len(needs) for need in needs], times


def _segment_colours(theme: Theme, phase: Phase, now: Phase | None) -> tuple[QColor, QColor]:
    """Fill and letters of a segment while `now` goes on."""
    meaning = phase_meaning(theme, phase)
    if now is None or phase > now:
        return theme.surface.sunken, theme.text.tertiary
    return (meaning.mark, meaning.on) if phase == now else (meaning.tint, meaning.text)


def _segment(box: QRectF, *, first: bool, last: bool) -> QPainterPath:
    """The outline of a segment: round at the ribbon's ends, pointed towards the next."""
    top, bottom, middle = box.top(), box.bottom(), box.center().y()
    path = QPainterPath()
    if first:
        path.moveTo(box.left() + 6, top)
    else:
        path.moveTo(box.left(), top)
    if last:
        path.lineTo(box.right() - 6, top)
        path.quadTo(box.right(), top, box.right(), top + 6)
        path.lineTo(box.right(), bottom - 6)
        path.quadTo(box.right(), bottom, box.right() - 6, bottom)
    else:
        path.lineTo(box.right(), top)
        path.lineTo(box.right() + SEGMENT_POINT, middle)
        path.lineTo(box.right(), bottom)
    if first:
        path.lineTo(box.left() + 6, bottom)
        path.quadTo(box.left(), bottom, box.left(), bottom - 6)
        path.lineTo(box.left(), top + 6)
        path.quadTo(box.left(), top, box.left() + 6, top)
    else:
        path.lineTo(box.left(), bottom)
        path.lineTo(box.left() + SEGMENT_POINT, middle)
        path.closeSubpath()
    return path


def _words_left(first: bool) -> float:
    """Where the word of a segment begins: after the sign, and the point of the segment before."""
    return 24.0 if first else 31.0


def _words_right(last: bool) -> float:
    """What is kept free after the words: the last segment has no point in which they could end."""
    return 12.0 if last else 8.0


def _segment_words(ink: Ink, box: QRectF, sign: str, word: str, time: str, letters: QColor, number: int) -> None:
    first, last = number == 0, number == len(RIBBON) - 1
    start = box.left() + _words_left(first) - 10.0
    paint_glyph(ink.painter, sign, sign_rect(start, box.center().y(), 8.0), letters)
    left = box.left() + _words_left(first)
    room = QRectF(left, box.top(), box.right() - left, box.height())
    used = ink.capitals(room, word, letters)
    if time:
        ink.line(
            QRectF(left + used + 4, box.top(), box.right() - left - used + 2 - _words_right(last), box.height()), time,
            "small", letters, weight=MEDIUM, right=True,
        )  # fmt: skip


def paint_outcome(ink: Ink, area: QRectF, facts: MediatorFacts) -> None:
    """The ribbon as one piece: how it ended, and what it took."""
    assert facts.phase is not None
    meaning = phase_meaning(ink.theme, facts.phase)
    ink.box(area, 6, meaning.mark)
    if facts.phase is Phase.ABANDONED:
        end = QRectF(area.right() - 24, area.top(), 24, area.height())
        fill_hatched(ink.painter, end, meaning.pattern, meaning.on, ink.theme.texture.on_mark)
    said = format_duration(facts.total_ns)
    if facts.phase is Phase.ABANDONED and facts.tries > 1:
        said = f"after {facts.tries} tries"
    _segment_words(ink, area.adjusted(0, 0, -24, 0), meaning.glyph, meaning.word, said, meaning.on, 0)


def paint_door(ink: Ink, parts: Geometry, facts: MediatorFacts, state: FrameState) -> None:
    """Two bars at the left edge; open they leave a gap that calls pass."""
    theme, door = ink.theme, parts.door
    closed = facts.phase in CLOSED
    colour = theme.phase.block.mark if closed else theme.phase.forward.mark
    gap = door.height() * DOOR_GAP * state.door
    for number in range(2):
        left = door.left() + number * BAR_STEP
        if gap <= 1.0 and closed:
            ink.box(QRectF(left, door.top(), BAR_WIDTH, door.height()), 2, colour)
            continue
        half = (door.height() - gap) / 2
        ink.box(QRectF(left, door.top(), BAR_WIDTH, half), 2, colour)
        ink.box(QRectF(left, door.bottom() - half, BAR_WIDTH, half), 2, colour)


def paint_arriving(ink: Ink, parts: Geometry, facts: MediatorFacts, *, words: bool = True) -> None:
    """The component that is to take over, dashed until it has state, and the dotted line from the old one."""
    box = parts.arriving
    bottom = parts.wrapped.bottom()
    if not facts.receiving:
        pen = ink.line_of(ink.theme.line.strong, 1.5, (2, 3))
        ink.segment(box.left() + 26, bottom + 3, box.left() + 26, box.top() - 3, pen)
    ink.dashed_card(box, dashed=not facts.receiving)
    if not words:
        return
    ink.tile(box.left() + PAD, box.top() + PAD, facts.arriving_icon, arriving=True)
    left = box.left() + 50
    room = box.width() - 50 - PAD
    what = "receiving" if facts.receiving else "arriving"
    ink.line(QRectF(left, box.top() + 10, room, 18), f"{facts.arriving_name}, {what}", "body", weight=SEMIBOLD)
    ink.line(QRectF(left, box.top() + 28, room, 16), facts.arriving_words, colour=ink.theme.text.secondary)
    ink.line(QRectF(left, box.top() + 45, room, 16), facts.arriving_state, colour=ink.theme.text.tertiary)


def paint_packages(ink: Ink, parts: Geometry, facts: MediatorFacts) -> None:
    """The state on its way: packages come out of the old component one by one, then go into the arriving one."""
    if facts.phase is not Phase.TRANSFER:
        return
    meaning = ink.theme.phase.transfer
    top, bottom = parts.wrapped.bottom(), parts.arriving.top()
    middle = (top + bottom - PACKAGE_HEIGHT) / 2
    left = parts.arriving.center().x() - ((PACKAGES - 1) * PACKAGE_STEP + PACKAGE_WIDTH) / 2
    ink.painter.save()
    ink.painter.setClipRect(
        QRectF(left - 4, top, PACKAGES * PACKAGE_STEP + 8, bottom - top), Qt.ClipOperation.IntersectClip
    )
    for number in range(PACKAGES):
        out = _slice(facts.packaged, number)
        into = _slice(facts.unpackaged, number)
        place = QRectF(left + number * PACKAGE_STEP, middle, PACKAGE_WIDTH, PACKAGE_HEIGHT)
        line = ink.line_of(meaning.mark, 1.2)
        if out < 1.0:
            ink.box(place, 2.5, ink.theme.surface.raised, line)
        if out > 0.0 and into < 1.0:
            y = (top - PACKAGE_HEIGHT) * (1 - out) + middle * out + (bottom - middle) * into
            ink.box(QRectF(place.left(), y, PACKAGE_WIDTH, PACKAGE_HEIGHT), 2.5, meaning.mark, line)
    ink.painter.restore()


def _slice(share: float, number: int) -> float:
    """How far one package has come when all together have come a share."""
    return min(1.0, max(0.0, share * PACKAGES - number))


def paint_wipe(ink: Ink, parts: Geometry, share: float) -> None:
    """The hatch of ABANDONED over what is left of the frame."""
    meaning = ink.theme.phase.abandoned
    path = QPainterPath()
    path.addRoundedRect(parts.frame, FRAME_RADIUS, FRAME_RADIUS)
    left = QPainterPath()
    left.addRect(QRectF(parts.frame.left(), parts.frame.top(), parts.frame.width() * share, parts.frame.height()))
    fill_hatched(ink.painter, path.intersected(left), meaning.pattern, meaning.mark, ink.theme.texture.on_tint)
