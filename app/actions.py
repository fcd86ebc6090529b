"""Everything that a person can do, in one table.

Menus, tool tips and the sheet of keys are made from it, so none of them can know a thing that another does not. A
gesture of the mouse stands beside its twin on the keyboard; both end in the same handler.

    ACTIONS --make_actions--> QAction of each --> menu bar, context menus, buttons
            --app/sheet.py--> the sheet that `?` opens

Limits: what depends on the run (which implementations fit, which scenarios ship) is a submenu that is filled when it
opens; the table has its place and its key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence

from app.layouts import LAYOUTS
from app.looks import SIZES, SYSTEM
from app.view_catalogue import VIEWS, ViewEntry

ANY_OF: Final = ("panel",)
"""Groups of which several may be on."""
MENUS: Final = ("File", "Edit", "Run", "Swap", "View", "Help")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that can be done: where it stands, what it says, which keys, and which handler does it."""

    name: str
    menu: str
    text: str
    handler: str
    keys: tuple[str, ...] = ()
    tip: str = ""
    """More than the text says; empty where the text says it all."""
    mouse: str = ""
    """The gesture with the mouse that does the same."""
    group: str = ""
    """Entries of a group share a handler, which is given `value`; of a checkable group one is on."""
    value: Any = None
    checkable: bool = False
    parts: bool = False
    """A line stands above it in the menu."""
    submenu: str = ""
    """It stands in a submenu of this name."""


def gear(number: int, ratio: int, **more: Any) -> Entry:
    """A speed that has a key of its own."""
    words = f"1 : {ratio:,}".replace(",", "\u00a0")
    return Entry(
        f"gear_{number}", "Run", words, "choose_pace", (str(number),), group="gear", value=1e9 / ratio, submenu="Speed",
        **more,
    )  # fmt: skip


def look(theme: str) -> Entry:
    """A theme by its name."""
    return Entry(
        f"theme_{theme}", "View", theme.replace("_", " ").capitalize(), "choose_theme", group="theme", value=theme,
        checkable=True, submenu="Theme",
    )  # fmt: skip


def size(factor: float) -> Entry:
    """A size of everything."""
    return Entry(
        f"size_{round(100 * factor)}", "View", f"{factor:.0%}".replace("%", "\u00a0%"), "choose_size", group="size",
        value=factor, checkable=True, submenu="Size",
    )  # fmt: skip


def layout(number: int, name: str) -> Entry:
    """A layout by its name."""
    return Entry(
        f"layout_{name.lower()}", "View", name, "choose_layout", (f"Ctrl+{number}",), group="layout", value=name,
        checkable=True, submenu="Layout", mouse="its name in the bar at the top",
    )  # fmt: skip


def panel(view: ViewEntry) -> Entry:
    """A panel, shown or closed."""
    return Entry(
        f"panel_{view.name}", "View", view.title, "toggle_panel", (view.key,) if view.key else (), view.about,
        group="panel", value=view.name, checkable=True, submenu="Panels",
    )  # fmt: skip


ACTIONS: Final[tuple[Entry, ...]] = (
    Entry("open", "File", "Open…", "open_file", ("Ctrl+O",), "A scenario or a recording",
          "drop the file onto the window"),
    Entry("add_source", "File", "Add an implementation…", "add_source", ("Ctrl+Shift+O",), "A Python file; it is run "
          "only after a question", "drop the file onto the window"),
    Entry("restart", "File", "Start again", "restart", ("Ctrl+R",), "The same scenario from the beginning", parts=True),
    Entry("save", "File", "Save recording…", "save", ("Ctrl+S",), "A file that replays this run, command by command"),
    Entry("picture", "File", "Save picture…", "save_picture", ("Alt+Shift+S",), "The window as it looks now"),
    Entry("moving_picture", "File", "Save moving picture…", "save_movie", ("Alt+Shift+M",), "The swap that is shown, "
          "or the last millisecond; smooth on any machine"),
    Entry("trace", "File", "Save trace…", "save_trace", ("Alt+Shift+T",), "The run for Perfetto and other viewers of "
          "Chrome's format"),
    Entry("quit", "File", "Quit", "quit", ("Ctrl+Q",), parts=True),
    Entry("undo", "Edit", "Undo", "undo", ("Ctrl+Z",), "Marks, filters, layouts, places; a swap by another swap"),
    Entry("redo", "Edit", "Redo", "redo", ("Ctrl+Shift+Z", "Ctrl+Y")),
    Entry("play", "Run", "Play or pause", "toggle_play", ("Space",), mouse="the round button"),
    Entry("step_forward", "Run", "Step forward", "step_forward", (".",), mouse="the arrow at its right"),
    Entry("step_back", "Run", "Step back", "step_back", (",",), mouse="the arrow at its left"),
    Entry("to_start", "Run", "Go to the start", "to_start", ("Home",), "The earliest instant that is still held",
          "drag on the time bar"),
    Entry("to_end", "Run", "Go to the head", "to_end", ("End",), "The present of the run"),
    Entry("step_event", "Run", "Step by event", "choose_step", ("E",), group="step", value="event", checkable=True,
          parts=True),
    Entry("step_phase", "Run", "Step by phase", "choose_step", ("P",), group="step", value="phase", checkable=True),
    Entry("step_call", "Run", "Step by call", "choose_step", ("C",),
          "The next call, of the selected component if one is selected", group="step", value="call", checkable=True),
    Entry("step_advance", "Run", "Step by advance", "choose_step", ("Shift+A",), "The next advance of a processor's "
          "generation", group="step", value="advance", checkable=True),
    Entry("run_until", "Run", "Run until…", "run_until", ("U", "Ctrl+F5"), "Until such a row: a phase, a latency, a "
          "fault", mouse="Run until under Marks", parts=True),
    Entry("run_until_drained", "Run", "Run until drained", "run_until_drained", ("Shift+U",), "Until every call "
          "inside of the selected component has returned; without one, until every thread of this moment has ended",
          "Run until drained under Waiting for"),
    Entry("bookmark", "Run", "Bookmark this instant", "bookmark", ("M",), "Marks lists it; F2 there gives it a note"),
    Entry("next_bookmark", "Run", "Next bookmark", "next_bookmark", ("Ctrl+.",), mouse="click on it under Marks"),
    Entry("previous_bookmark", "Run", "Previous bookmark", "previous_bookmark", ("Ctrl+,",),
          mouse="click on it under Marks"),
    Entry("broken_rule", "Run", "Go to the broken rule", "go_broken_rule", ("Ctrl+I",),
          "The first row that breaks a rule", "the light at the upper right"),
    Entry("slower", "Run", "Half as fast", "slower", ("-",), mouse="drag the speed", submenu="Speed"),
    Entry("faster", "Run", "Twice as fast", "faster", ("+", "="), mouse="drag the speed", submenu="Speed"),
    gear(1, 1_000_000, parts=True),
    gear(2, 100_000),
    gear(3, 10_000),
    gear(4, 1_000),
    gear(5, 100),
    Entry("watch", "Run", "Watch", "choose_mode", ("F5",), "Every frame is shown, and swaps in slow motion",
          group="mode", value="watch", checkable=True, parts=True),
    Entry("fast", "Run", "Fast", "choose_mode", ("F6",), "Ten pictures a second, no slow motion", group="mode",
          value="fast", checkable=True),
    Entry("express", "Run", "Express", "choose_mode", ("F7",), "As fast as this machine can", group="mode",
          value="express", checkable=True),
    Entry("slow_motion", "Run", "Slow motion during swaps", "toggle_slow_motion", ("Ctrl+M",), checkable=True,
          parts=True),
    Entry("end_slow_motion", "Run", "Let this swap pass at speed", "end_slow_motion", ("Shift+M",),
          mouse="click on the pill “slow motion for the swap”"),
    Entry("experiments", "Run", "Experiments…", "show_experiments", ("Ctrl+E",),
          "The paper's tables and figures, run in the background", parts=True),
    Entry("explore", "Run", "Explore this scenario…", "explore", ("Ctrl+Shift+E",), "Every schedule of a small one",
          parts=True),
    Entry("break_it", "Run", "Break it…", "break_it", ("Ctrl+Shift+B",),
          "One thing of the engine left out, and what comes of it"),
    Entry("narration", "Run", "Narration", "toggle_narration", ("Y",), "A scene says what happens, and pauses for it",
          checkable=True, parts=True),
    Entry("swap_with", "Swap", "Swap with…", "swap_with", ("S",),
          "Every implementation, and what the component answers",
          "drag an implementation onto a component; with Ctrl it waits for what is under way"),
    Entry("attach", "Swap", "Attach…", "attach", ("A",), "Every wrapper, and what the component answers",
          "drag a wrapper onto a component, or an implementation with Alt"),
    Entry("detach", "Swap", "Detach…", "detach", ("D",), "One of the component's wrappers",
          "right button on a component"),
    Entry("cancel", "Swap", "Cancel the swap", "cancel_swap", ("X",), "Possible in FORWARD and in BLOCK",
          "Cancel on the mediator", parts=True),
    Entry("swap_back", "Swap", "Swap back", "swap_back", ("B",), "Another swap, to what served before",
          "Swap back on the receipt"),
    Entry("next_phase", "Swap", "Run until the next phase", "run_until_next_phase", ("N",),
          mouse="Run until on the card"),
    Entry("rewind", "Swap", "Rewind to before the swap", "rewind", ("R",), mouse="Rewind on the receipt", parts=True),
    Entry("copy_receipt", "Swap", "Copy the receipt", "copy_receipt", ("Ctrl+Shift+C",), "As Markdown",
          "the icon at the head of the receipt"),
    Entry("stop_fork", "Swap", "Stop running again", "stop_fork", ("Shift+Esc",),
          "A command in the past runs everything before it again; this keeps the run as it is",
          "Cancel beside the progress", parts=True),
    *(layout(number, name) for number, name in enumerate(LAYOUTS, 1)),
    Entry("reset_layout", "View", "As it came", "reset_layout", (), "Every panel of this layout in its first place",
          submenu="Layout", parts=True),
    *(panel(view) for view in VIEWS),
    Entry("theme", "View", "Light or dark", "toggle_theme", ("T",), mouse="the disc at the upper right",
          parts=True),
    Entry("theme_system", "View", "As the system", "choose_theme", group="theme", value=SYSTEM, checkable=True,
          submenu="Theme"),
    look("light"),
    look("dark"),
    look("high_contrast"),
    look("projector"),
    *(size(factor) for factor in SIZES),
    Entry("reduced_motion", "View", "Reduced motion", "toggle_reduced_motion", (), "Nothing glides; the run pauses at "
          "each phase instead of easing", checkable=True),
    Entry("commands", "View", "Commands…", "open_commands", ("Ctrl+Shift+P",), "Everything that can be done, by a few "
          "letters, and the line that does the same without the window", "the field at the top", parts=True),
    Entry("go_to", "View", "Go to…", "open_places", ("Ctrl+P",), "A component, a client, a swap or a thread"),
    Entry("zoom_in", "View", "Zoom in", "zoom_in", ("Ctrl++", "Ctrl+="), mouse="wheel over the graph", parts=True),
    Entry("zoom_out", "View", "Zoom out", "zoom_out", ("Ctrl+-",), mouse="wheel over the graph"),
    Entry("arrange_in_layers", "View", "Arrange in layers", "arrange_in_layers", ("Shift+L",),
          "Clients at the left, components by who uses whom", "the square over the graph", submenu="Arrange the graph"),
    Entry("arrange_by_calls", "View", "Arrange by who calls whom", "arrange_by_calls", ("Shift+F",),
          "Who calls each other stands together", "the square over the graph", submenu="Arrange the graph"),
    Entry("fit", "View", "Fit the graph", "fit", ("F", "Ctrl+0"), mouse="the corners over the graph"),
    Entry("find", "View", "Find", "find", ("Ctrl+F",), "In the graph or the tables if the keyboard is there, otherwise "
          "among the implementations", "the magnifying glass"),
    Entry("selected_before", "View", "Select what was selected before", "select_before", ("Alt+Left",),
          mouse="the arrows at the head of the inspector", parts=True),
    Entry("selected_after", "View", "Select what was selected after", "select_after", ("Alt+Right",),
          mouse="the arrows at the head of the inspector"),
    Entry("go_graph", "View", "Go to the graph", "go_graph", ("G",), "Then arrows, and Enter for what can be done",
          parts=True),
    Entry("go_palette", "View", "Go to the implementations", "go_palette", ("I",),
          "Then arrows, and Enter to choose a component"),
    Entry("rail", "View", "Narrow palette", "toggle_rail", ("Ctrl+B",), "Icons only", checkable=True, parts=True),
    Entry("full_screen", "View", "Full screen", "toggle_full_screen", ("F11",), checkable=True),
    Entry("present", "View", "Present", "toggle_presentation", ("F10",), "Large type, no chrome, the narration as a "
          "subtitle; Esc ends it", checkable=True, parts=True),
    Entry("stand", "View", "Present all scenes for ever", "show_stand", ("Shift+F10",), "For a stand; any key or click "
          "ends it"),
    Entry("welcome", "Help", "Welcome", "show_welcome", (), "The scenes with a picture each, files, the tour"),
    Entry("guided_tour", "Help", "Tour of the window", "begin_tour", (), "Its parts, one after the other"),
    Entry("keys", "Help", "Keys and gestures", "show_keys", ("?", "F1"), mouse="the question mark at the upper right"),
    Entry("guide", "Help", "Guide", "show_guide", ("Shift+F1",),
          "How it is built, what was decided and why, the words"),
    Entry("about", "Help", "About Changeover", "about", parts=True),
)  # fmt: skip


def make_actions(parent: QObject, handlers: QObject) -> dict[str, QAction]:
    """An action for each entry, by name, connected to the handler's slot; groups say their value."""
    actions: dict[str, QAction] = {}
    groups: dict[str, QActionGroup] = {}
    for entry in ACTIONS:
        action = QAction(entry.text, parent)
        action.setObjectName(entry.name)
        action.setShortcuts([QKeySequence(key) for key in entry.keys])
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setToolTip(tip_of(entry))
        action.setStatusTip(entry.tip)
        action.setCheckable(entry.checkable)
        action.setData(entry.value)
        if not entry.group:
            action.triggered.connect(getattr(handlers, entry.handler))
        else:
            if entry.group not in groups:
                one_of_them = entry.checkable and entry.group not in ANY_OF
                groups[entry.group] = _group(parent, getattr(handlers, entry.handler), one_of_them)
            groups[entry.group].addAction(action)
        actions[entry.name] = action
    return actions


def _group(parent: QObject, handler: Any, one_of_them: bool) -> QActionGroup:
    group = QActionGroup(parent)
    policy = QActionGroup.ExclusionPolicy
    group.setExclusionPolicy(policy.Exclusive if one_of_them else policy.None_)
    group.triggered.connect(handler)
    return group


def entries(menu: str) -> tuple[Entry, ...]:
    """The entries of a menu, in order."""
    return tuple(entry for entry in ACTIONS if entry.menu == menu)


def words_of(entry: Entry) -> str:
    """What an action says outside of its menu."""
    words = entry.text.rstrip("…")
    return f"{entry.submenu}: {words}" if entry.submenu else words


def keys_of(entry: Entry) -> str:
    """The keys as a person reads them: "F or Ctrl+0"."""
    shown = [QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) for key in entry.keys]
    return " or ".join(shown)


def tip_of(entry: Entry) -> str:
    """The tool tip: what it does, its keys."""
    words = f"{entry.text.rstrip('…')} ({keys_of(entry)})" if entry.keys else entry.text.rstrip("…")
    return f"{words}\n{entry.tip}" if entry.tip else words


BY_NAME: Final[Mapping[str, Entry]] = {entry.name: entry for entry in ACTIONS}
