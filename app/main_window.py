"""The window: its frame, its panels, and the wires between them.

    +-----------------------------------------------------------------+
    | top bar 40                                                      |
    +---------+---------------------------------------+---------------+
    | palette | graph                                 | receipt       |
    | 236     |                                       | 360           |
    | (56)    | caption                               +---------------+
    |         +---------------------------------------+ latency       |
    |         | translation tables 204                |               |
    +---------+---------------------------------------+---------------+
    | transport 92, with the time bar                                 |
    +-----------------------------------------------------------------+

Between the bars is the workspace (app/workspace.py), which shows the panels of a layout; this is the first one. Under
1400 px of width the palette is a rail of icons and the right column 320. Nothing floats. The window owns one link, one
selection, one player and one Forking; a session comes and goes through the link.

Limits: at least 1024x680.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QMainWindow,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from app.actions import make_actions
from app.branches import Branches
from app.changes import Changes
from app.command_box import CommandBox
from app.documents import ForeignCode, Sources, described_source, foreign_code, open_session, read_source
from app.failures import show_if_kept
from app.forking import Forking
from app.handlers import Handlers
from app.key_map import KeyMap
from app.layouts import LAYOUTS
from app.looks import Looks, dress_application
from app.marks import Marks
from app.menus import NodeMenus, PanelMenu, fill_choices, fill_menu_bar
from app.messages import MessageStrip
from app.narration import Narration
from app.planted import Planted
from app.playback import Player
from app.showing import Showing
from app.top_bar import TopBar
from app.view_catalogue import VIEWS
from app.workspace import Workspace
from model.catalogue import ForeignCodeError
from model.refusals import ScenarioError
from views.graph.view import GraphView
from views.invariants import InvariantLight
from views.kit.glyphs import window_icon
from views.kit.menus import dress
from views.kit.selection import Selection
from views.kit.selection_history import SelectionHistory
from views.kit.session_link import SessionLink
from views.kit.theme import Theme
from views.legend import Legend
from views.palette import Palette
from views.receipt import ReceiptView
from views.selected import SelectedView
from views.tables import TablesView
from views.time_bar import TimeBar
from views.transport import Transport

if TYPE_CHECKING:
    from app.report import Report
    from model.session import Session

LEAST: Final = QSize(1024, 680)
WIDE: Final = 1400
RIGHT, RIGHT_NARROW = 360, 320
BOTTOM: Final = 204
TRANSPORT: Final = 92

Question = Callable[[QWidget, tuple[ForeignCode, ...]], bool]


class MainWindow(QMainWindow):
    """One session in one window."""

    theme_changed = Signal(object)
    session_changed = Signal()

    def __init__(
        self,
        session: Session,
        theme: Theme,
        *,
        opened: str = "",
        wall: Callable[[], float] = time.perf_counter,
        question: Question | None = None,
        planted: Planted | None = None,
    ) -> None:
        """`planted` is what holds the engine as the session wants it; by itself the window holds a whole one."""
        super().__init__()
        self.opened = opened
        """The name or the file that the session was made from."""
        self.looks = Looks(theme, self)
        self.theme = theme
        self._question = question
        self._rail_wanted: bool | None = None
        self.report: Report | None = None
        """Tells a test what happens; None for a person."""
        self.link = SessionLink(session, self)
        self.selection = Selection(self)
        self.history = SelectionHistory(self.selection, self)
        self.player = Player(self.link, self.selection, self, wall=wall)
        self.forking = Forking(self.link, self.player, self)
        self.planted = planted or Planted()
        self.marks = Marks(self.link, self.player, self)
        self.branches = Branches(self.forking, self)
        self.narration = Narration(self.link, self.selection, self.player, self)
        self.handlers = Handlers(self)
        self.actions_by_name = make_actions(self, self.handlers)
        self.keys = KeyMap(self.actions_by_name, self)
        self.scenarios_offered: list[tuple[str, str]] = []
        """Name and title of what ships."""
        self.recent_files: tuple[str, ...] = ()
        self._make_parts()
        self.node_menus = NodeMenus(self.graph, self.actions_by_name)
        self._lay_out()
        self.menus = fill_menu_bar(self.top.menus, self.actions_by_name)
        self.addActions(list(self.actions_by_name.values()))
        self.commands = CommandBox(self)
        self.showing = Showing(self)
        self._connect()
        self.undo = Changes(self).undo
        self.setAcceptDrops(True)
        self._wear(theme)
        self._session_came()
        self._read_marks()
        self._player_changed()
        self._workspace_changed()
        self.graph.setFocus(Qt.FocusReason.ActiveWindowFocusReason)

    @property
    def session(self) -> Session:
        """The session that is shown."""
        session: Any = self.link.session
        return session

    # --- parts -------------------------------------------------------------------------------------------------------

    def _make_parts(self) -> None:
        link, selection, theme = self.link, self.selection, self.theme
        self.top = TopBar(theme, tuple(LAYOUTS), self)
        self.light = InvariantLight(link, selection, theme, self.top)
        self.top.put_in(self.light)
        self.legend = Legend(theme)
        self.selected = SelectedView(link, selection, theme)
        self.workspace = Workspace(
            link,
            selection,
            theme,
            offers={
                "playback": self.player,
                "foot": self.legend,
                "idle": self.selected,
                "marks": self.marks,
                "history": self.history,
                "branches": self.branches,
            },
            answers={
                "time_wanted": self.player.seek_ns,
                "rewind_requested": self.player.seek_ns,
                "run_until_wanted": self.player.run_until_phase,
                "drained_wanted": self.handlers.run_until_drained,
                "said": self.say,
                "bookmark_wanted": self.marks.bookmark_at,
            },
            parent=self,
        )
        self.time_bar = TimeBar(link, selection, theme, self.player, marks=self.marks)
        self.transport = Transport(link, selection, theme, self.player, time_bar=self.time_bar)
        self.strip = MessageStrip(theme, self.graph)

    def _lay_out(self) -> None:
        central = QWidget(self)
        whole = QVBoxLayout(central)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.workspace, 1)
        whole.addWidget(self.transport)
        self.setMenuWidget(self.top)
        self.setCentralWidget(central)

    @property
    def palette_view(self) -> Palette:
        """The implementations and wrappers."""
        palette: Palette = self.workspace.view("palette")
        return palette

    @property
    def graph(self) -> GraphView:
        """The object graph."""
        graph: GraphView = self.workspace.view("graph").graph
        return graph

    @property
    def tables(self) -> TablesView:
        """The translation tables."""
        tables: TablesView = self.workspace.view("tables")
        return tables

    @property
    def receipt(self) -> ReceiptView:
        """The swap that runs, or the receipt of one."""
        receipt: ReceiptView = self.workspace.view("receipt")
        return receipt

    def _connect(self) -> None:
        self.palette_view.drag_started.connect(self.graph.begin_drag)
        self.palette_view.drag_ended.connect(self.graph.end_drag)
        self.graph.attach_wanted.connect(self.handlers.attach_to, Qt.ConnectionType.QueuedConnection)
        self.palette_view.target_wanted.connect(self.handlers.choose_target)
        self.graph.action_menu_requested.connect(self._open_node_menu)
        self.workspace.changed.connect(self._workspace_changed)
        self.workspace.menu_wanted.connect(self._open_panel_menu)
        self.looks.changed.connect(self._wear)
        self.player.changed.connect(self._player_changed)
        self.player.ended.connect(self._run_ended)
        self.link.message.connect(self.say)
        self.link.reset.connect(self.marks.another_session)
        self.marks.said.connect(self.say)
        self.link.reset.connect(self._session_came)
        self.forking.said.connect(self.strip.say)
        self.forking.begun.connect(self.strip.begin_progress)
        self.forking.moved.connect(self.strip.progress)
        self.forking.over.connect(self.strip.end_progress)
        self.strip.cancelled.connect(self.forking.cancel)
        self.keys.changed.connect(self._tell_keys)
        self._tell_keys()
        self.top.commands.pressed.connect(self.handlers.open_commands)
        self.light.time_wanted.connect(self.player.seek_ns)
        self.top.layouts.chosen.connect(self._choose_layout)
        self.top.theme_button.clicked.connect(self.handlers.toggle_theme)
        self.top.help_button.clicked.connect(self.handlers.show_keys)

    @Slot()
    def _tell_keys(self) -> None:
        """Buttons that do what an action does say its keys."""
        for button, name in (
            (self.transport.to_start, "to_start"),
            (self.transport.back, "step_back"),
            (self.transport.forward, "step_forward"),
            (self.transport.to_end, "to_end"),
            (self.top.theme_button, "theme"),
            (self.top.help_button, "keys"),
            (self.top.commands, "commands"),
        ):
            button.setToolTip(self.keys.tip(name))
        for layout, name in enumerate(LAYOUTS):
            self.top.layouts.set_enabled_at(layout, True, self.keys.tip("layout_" + name.lower()))

    @Slot(int, object)
    def _open_node_menu(self, object_id: int, at: Any) -> None:
        self.node_menus.open_at(object_id, at)

    @Slot(str, QPoint)
    def _open_panel_menu(self, name: str, at: QPoint) -> None:
        menu = PanelMenu(self.workspace, name, self.theme, self)
        menu.popup(at)

    @Slot(int)
    def _choose_layout(self, index: int) -> None:
        self.workspace.choose_layout(tuple(LAYOUTS)[index])

    @Slot()
    def _workspace_changed(self) -> None:
        """The layout or its panels are others: say so where they can be chosen, and let the new ones take a picture."""
        self.top.layouts.set_current(tuple(LAYOUTS).index(self.workspace.layout_name))
        self._check("layout_" + self.workspace.layout_name.lower())
        for entry in VIEWS:
            self.actions_by_name["panel_" + entry.name].setChecked(self.workspace.has(entry.name))
        self._measure_out()
        self.player.wake()

    # --- what is said ------------------------------------------------------------------------------------------------

    @Slot(str)
    def say(self, sentence: str, *, failure: bool = False) -> None:
        """A sentence for the person, over the graph."""
        self.strip.say(sentence.rstrip("."), failure)

    @Slot(str)
    def _run_ended(self, sentence: str) -> None:
        if self.session.hung:
            self.forking.reopen()
        else:
            self.say(sentence)

    # --- sessions ----------------------------------------------------------------------------------------------------

    def open(self, path_or_name: str) -> bool:
        """Open a scenario or a recording in the place of this session; a message, and nothing else, if it is bad."""
        foreign = foreign_code(path_or_name)
        trusted: Iterable[str] = ()
        if foreign and self._question is not None and self._question(self, foreign):
            trusted = [source.sha256 for source in foreign]
        try:
            session = open_session(path_or_name, trusted, self.planted)
        except ScenarioError as error:
            self.planted.take(self.session.scenario)
            self.say(str(error), failure=True)
            return False
        self.forking.cancel()
        old, self.opened = self.session, path_or_name
        playing = self.player.playing
        self.player.stop()
        self.selection.clear()
        self.link.set_session(session)
        self._read_marks()
        self.branches.forget()
        old.close()
        if not show_if_kept(self) and playing:
            self.player.play()
        return True

    def offer(self, path: str) -> bool:
        """Let what is in a source file be chosen, once the person has allowed it; a message if that is not possible."""
        try:
            source = read_source(Path(path))
            if self._question is None or not self._question(self, (described_source(source, Path(path)),)):
                self.say(f"{source.path} was not run")
                return False
            command = self.session.trust(source)
        except (ScenarioError, ForeignCodeError) as error:
            self.say(str(error), failure=True)
            return False
        self.link.issue(command)
        self.say(f"What is in {source.path} can be dragged onto components now")
        return True

    def _read_marks(self) -> None:
        """The marks and the narration of the document that was opened; a fork keeps those of its session."""
        scenario = self.session.scenario
        self.narration.read(scenario)
        for wrong in filter(None, (self.marks.read(scenario), self.workspace.take_of_file(scenario.layout.panels))):
            self.say(wrong, failure=True)
        self.undo.forget()

    @Slot()
    def _session_came(self) -> None:
        scenario = self.session.scenario
        self.link.set_sources(Sources(self.session))
        title = scenario.title or scenario.name
        self.top.title.show_title(title, " ".join(scenario.description.split()))
        self.setWindowTitle(f"{title} - Changeover")
        self.graph.positions = scenario.layout.positions
        self.light.look_for(scenario.schedule.rule if scenario.schedule is not None else "", self.planted.name)
        self.session_changed.emit()

    def fill_file_menus(self, scenarios: list[tuple[str, str]], recent: tuple[str, ...]) -> None:
        """What can be opened without a dialog: scenarios that ship, by name and title, and files."""
        self.recent_files = recent
        self.scenarios_offered = scenarios
        before = self.actions_by_name["restart"]
        for title, choices in (
            ("Open a scenario that ships", scenarios),
            ("Open again", [(path, path) for path in recent]),
        ):
            if title not in self.menus:
                self.menus[title] = QMenu(title, self)
                self.menus[title].triggered.connect(self.handlers.open_named)
                self.menus["File"].insertMenu(before, self.menus[title])
            fill_choices(self.menus[title], choices, self.theme)

    # --- looks -------------------------------------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        """Every view and the chrome look like another theme from now on, at the size that was chosen."""
        self.looks.take(theme)

    @Slot(object)
    def _wear(self, theme: Theme) -> None:
        self.theme = theme
        self._set_least_size()
        dress_application(theme)
        self.setPalette(theme.palette())
        self.setWindowIcon(window_icon(theme))
        themed: tuple[Any, ...] = (
            self.top, self.light, self.legend, self.selected, self.workspace, self.time_bar, self.transport, self.strip,
            self.commands,
        )  # fmt: skip
        for view in themed:
            view.set_theme(theme)
        for menu in self.menus.values():
            dress(menu, theme)
        self._measure_out()
        self._check("theme_" + self.looks.choice)
        self._check(f"size_{round(100 * self.looks.size)}")
        self.player.wake()
        self.theme_changed.emit(theme)

    def set_reduced_motion(self, reduced: bool) -> None:
        """Nothing glides, and a run pauses at each phase."""
        self.workspace.set_reduced_motion(reduced)
        self.player.reduced_motion = reduced
        self.actions_by_name["reduced_motion"].setChecked(reduced)

    def _set_least_size(self) -> None:
        """As small as the parts allow, and never larger than the screen."""
        least = QSize(round(self.theme.px(LEAST.width())), round(self.theme.px(LEAST.height())))
        self.setMinimumSize(least.boundedTo(self.screen().availableSize()))

    def set_rail(self, rail: bool) -> None:
        """The palette as icons only, whatever the width."""
        self._rail_wanted = rail
        self._measure_out()

    def _measure_out(self) -> None:
        """Give each part its place for the window's width and the theme's scale."""
        if self.showing.presentation.on:
            self.showing.presentation.set_room()
            return
        px = self.theme.px
        wide = self.width() >= px(WIDE)
        rail = not wide if self._rail_wanted is None else self._rail_wanted
        rail = rail and self.workspace.stands_alone("palette")
        self.palette_view.set_rail(rail)
        self.actions_by_name["rail"].setChecked(rail)
        self.transport.setFixedHeight(round(px(TRANSPORT)))
        room = self.height() - round(px(TRANSPORT)) - self.top.height()
        self.workspace.set_room(
            {
                "left": self.palette_view.minimumWidth(),
                "right": round(px(RIGHT if wide else RIGHT_NARROW)),
                "bottom": round(min(px(BOTTOM), room * 0.36)),
            }
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._measure_out()

    @Slot()
    def _player_changed(self) -> None:
        player = self.player
        self._check("step_" + player.step)
        self._check(player.mode)
        self.actions_by_name["slow_motion"].setChecked(player.slow_motion)
        self.actions_by_name["end_slow_motion"].setEnabled(player.slow_motion_active)

    def _check(self, name: str) -> None:
        if name in self.actions_by_name:
            self.actions_by_name[name].setChecked(True)

    # --- the keyboard ------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        # A button that has the keyboard is pressed by Space; everywhere else Space plays.
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            taken = event.key() == Qt.Key.Key_Space and isinstance(self.focusWidget(), QAbstractButton)
            if taken:
                event.accept()
                return True
        return super().event(event)

    # --- files that are dropped --------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if not paths:
            self.say("Only files can be opened here", failure=True)
        elif paths[0].endswith(".py"):
            self.offer(paths[0])
        elif not paths[0].endswith(".toml"):
            words = "a scenario or a recording ends in .toml, an implementation in .py"
            self.say(f"{paths[0]} is none of what can be opened here: {words}", failure=True)
        else:
            self.open(paths[0])

    # --- the end -----------------------------------------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.report is not None:
            self.report.close()
        self.showing.presentation.set_on(False)
        self.handlers.cancel_what_runs()
        self.player.stop()
        self.session.close()
        self.planted.clear()
        super().closeEvent(event)
