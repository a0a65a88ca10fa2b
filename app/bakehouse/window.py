"""The main window: pages, menus, status line, and the acts that concern more than one page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QIcon,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from bakehouse.actions import Context
from bakehouse.application_commands import ApplicationCommands
from bakehouse.dialogs.message import MessageDialog
from bakehouse.domain.changes import Changes, FileChange, Sight
from bakehouse.domain.errors import BakehouseError
from bakehouse.domain.options import Options
from bakehouse.domain.text import counted, visible
from bakehouse.menus import Menus
from bakehouse.navigation import Navigation
from bakehouse.pages.editing_mode import EditingMode
from bakehouse.pages.models import ModelsPage
from bakehouse.pages.opening import StoreOpener
from bakehouse.pages.page import Page
from bakehouse.pages.reviews import ReviewsPage
from bakehouse.pages.runs import RunsPage
from bakehouse.pages.session import Session
from bakehouse.pages.welcome import WelcomePage
from bakehouse.palette_search import PaletteSearch, store_group
from bakehouse.places import profile
from bakehouse.resources import icon_path
from bakehouse.settings import Settings
from bakehouse.store_questions import StoreQuestions
from bakehouse.tasks import TaskRunner
from bakehouse.theme import Theme, ThemeSource
from bakehouse.widgets.edit_notice import EditNotice
from bakehouse.widgets.notice_bar import NoticeBar
from bakehouse.widgets.panes import move_focus
from bakehouse.widgets.rail import Rail
from bakehouse.widgets.status_bar import StatusBar
from bakehouse.widgets.top_bar import TopBar

_TITLE = "Bakehouse"


class MainWindow(QMainWindow):
    """Owns the task runner, the open store and the pages; made by `Windows`, which answers its wishes."""

    window_wanted = Signal()
    """Another window beside this one."""
    store_wanted = Signal(object, bool)
    """Options of a store that the person chose, and whether it shall have a window of its own."""
    quit_wanted = Signal()
    came_to_front = Signal()
    went = Signal()
    """The window is closed for good."""

    def __init__(self, themes: ThemeSource, settings: Settings) -> None:
        super().__init__()
        self.setObjectName("main_window")
        self.setAcceptDrops(True)
        self.setWindowIcon(QIcon(str(icon_path("bakehouse"))))
        self._themes = themes
        self._settings = settings
        self.tasks = TaskRunner(self)
        self.opener = StoreOpener(self.tasks, themes, settings, self)
        self.welcome = WelcomePage(themes.theme)
        self.runs = RunsPage(themes, self.tasks, settings)
        self.models = ModelsPage(themes, self.tasks, settings)
        self.reviews = ReviewsPage(themes, self.tasks, settings)
        self._pages: dict[str, Page] = {"runs": self.runs, "models": self.models, "reviews": self.reviews}
        self.notices = NoticeBar()
        self.questions = StoreQuestions(self.opener, settings, self.notices, self)
        self.palette_search = PaletteSearch(self.tasks, settings, self)
        self.navigation = Navigation(self._pages, self._show_page, self)
        self._application_commands = ApplicationCommands(settings, themes, self)
        self.stack = QStackedWidget()
        self.edit_notice = EditNotice(self.stack)
        self.editing = EditingMode(self._pages.values(), self.edit_notice, self)
        self.menus = Menus(self._collect_handlers(), self)
        self._lay_out()
        self._connect()
        self._follow_theme(themes.theme)
        self._show_closed()
        self._restore_layout()

    # Opening and closing

    def open_store(self, path: Path, *, read_only: bool = False) -> None:
        """Open the store at `path`; what is open now stays until that has succeeded."""
        self.opener.open(path, read_only=read_only)

    def open_sample(self, *, read_only: bool = False) -> None:
        """Open the sample in the person's data folder."""
        self.opener.open_sample(read_only=read_only)

    def open_options(self, options: Options) -> None:
        """Open what a command line or another window asks for; nothing when it asks for nothing."""
        if options.sample:
            self.open_sample(read_only=options.read_only)
        elif options.store is not None:
            self.open_store(options.store, read_only=options.read_only)

    def _choose_store(self, path: Path, new_window: bool = False) -> None:
        self.store_wanted.emit(Options(store=path), new_window)

    def _opened(self, session: Session) -> None:
        self.editing.set_session(session)
        self.notices.dismiss()
        self.welcome.show_problem("")
        for page in self._pages.values():
            page.open(session)
        self.rail.set_open(True)
        self.navigation.clear()
        self.palette_search.set_store(session.store)
        self._show_page("runs")
        self.status.path.setText(visible(_short_path(session.store.path), 120))
        self.status.path.setToolTip("")
        self.status.show_sight(Sight.LIVE)
        self._show_mode()
        self.setWindowTitle(f"{visible(session.store.path.name, 120)} — {_title()}")
        self._show_place()
        self._show_recent()

    def _closed(self) -> None:
        self.palette_search.set_store(None)
        self.editing.set_session(None)
        for page in self._pages.values():
            page.close_store()
        self._show_closed()

    def _show_closed(self) -> None:
        self._show_recent()
        self.stack.setCurrentWidget(self.welcome)
        self.welcome.setFocus(Qt.FocusReason.OtherFocusReason)
        self.rail.set_open(False)
        for label in (self.status.path, self.status.mode, self.status.live, self.status.message, self.status.last):
            label.setText("")
        self.notices.dismiss()
        self.top.set_place("", "")
        self.setWindowTitle(_title())
        self._update_actions()

    def _open_failed(self, _path: Path, error: BakehouseError) -> None:
        self._show_recent()
        if self.opener.session is None:
            self.welcome.show_problem(str(error))
        else:
            self._tell("The store could not be opened", str(error))

    def _file_changed(self, change: FileChange) -> None:
        if change is FileChange.DATA:
            for page in self._pages.values():
                page.follow()
        else:
            self.questions.file_changed(change)

    def _sight_changed(self, sight: Sight, more: str) -> None:
        self.status.show_sight(sight, more)
        if sight is Sight.LIVE:
            self.notices.dismiss()

    # Editing

    def _changed(self, changes: Changes) -> None:
        self.status.last.setText(changes.sentence)
        self._refresh(changes)

    def _refresh(self, changes: Changes | None) -> None:
        self.palette_search.store_changed()
        for page in self._pages.values():
            page.refresh(changes)

    # Commands

    def _collect_handlers(self) -> dict[str, Callable[[], object]]:
        handlers: dict[str, Callable[[], object]] = {
            **self._application_commands.handlers(),
            "store.open": self.questions.ask_for_store,
            "store.open_new": partial(self.questions.ask_for_store, new_window=True),
            "store.sample": self._choose_sample,
            "store.close": self.opener.close,
            "store.refresh": partial(self._refresh, None),
            "window.new": self.window_wanted.emit,
            "window.close": self.close,
            "app.quit": self.quit_wanted.emit,
            "edit.undo": self.editing.undo,
            "page.runs": partial(self._show_page, "runs"),
            "page.models": partial(self._show_page, "models"),
            "page.reviews": partial(self._show_page, "reviews"),
            "go.back": self.navigation.go_back,
            "go.forward": self.navigation.go_forward,
            "view.palette": self._show_palette,
            "view.sidebar": self._toggle_sidebar,
            "view.inspector": self._toggle_inspector,
            "view.next_pane": partial(self._move_focus, 1),
            "view.previous_pane": partial(self._move_focus, -1),
        }
        for page in self._pages.values():
            handlers.update(page.handlers())
        return handlers

    def _move_focus(self, step: int) -> None:
        if page := self._pages.get(self._current_page()):
            move_focus(page.panes(), step)

    def _toggle_sidebar(self) -> None:
        if page := self._pages.get(self._current_page()):
            page.toggle_sidebar()

    def _toggle_inspector(self) -> None:
        if page := self._pages.get(self._current_page()):
            page.toggle_inspector()

    def _update_actions(self, _action_id: str = "") -> None:
        session = self.opener.session
        context = Context(session is not None, session is not None and session.read_only, self._current_page())
        if session is not None:
            self.navigation.look(context.page)
            history = self.navigation.history
            context = replace(context, can_go_back=history.can_go_back, can_go_forward=history.can_go_forward)
        context = replace(context, can_undo=self.editing.can_undo)
        page = self._pages.get(context.page)
        if page is not None and session is not None:
            context = page.context(context)
        self.menus.update(context, self._themes.preference)

    def _show_palette(self) -> None:
        commands, topics = self.menus.places()
        places = [group for page in self._pages.values() for group in page.places()]
        stores = store_group(self._settings.recent, self._choose_store)
        self.palette_search.open([commands, *places, stores, topics], self._themes.theme)

    def _choose_sample(self) -> None:
        self.store_wanted.emit(Options(sample=True), False)

    # Appearance

    def _lay_out(self) -> None:
        self.top = TopBar(self.menus.bar, [self.menus.action("go.back"), self.menus.action("go.forward")])
        self.rail = Rail(
            [
                ("runs", "Runs", "chart-line"),
                ("models", "Models", "box"),
                ("reviews", "Reviews", "message-square-check"),
            ]
        )
        for page in (self.welcome, self.runs, self.models, self.reviews):
            self.stack.addWidget(page)
        self.status = StatusBar()
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.rail)
        middle.addWidget(self.stack, 1)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.top)
        column.addWidget(self.notices)
        column.addLayout(middle, 1)
        column.addWidget(self.status)
        self.setCentralWidget(whole)

    def _connect(self) -> None:
        self._themes.changed.connect(self._follow_theme)
        self._themes.preference_changed.connect(self._update_actions)
        self.opener.opened.connect(self._opened)
        self.opener.closed.connect(self._closed)
        self.opener.failed.connect(self._open_failed)
        self.opener.file_changed.connect(self._file_changed)
        self.opener.sight_changed.connect(self._sight_changed)
        self.opener.file_changed.connect(self.palette_search.store_changed)
        self.palette_search.run_wanted.connect(partial(self._navigate, "runs"))
        self.navigation.changed.connect(self._update_actions)
        self.tasks.task_started.connect(self.status.task_started)
        self.tasks.task_progressed.connect(self.status.task_progressed)
        self.tasks.task_finished.connect(self.status.task_finished)
        self.status.cancel_requested.connect(self.tasks.stop)
        self.questions.path_chosen.connect(self._choose_store)
        self.welcome.open_requested.connect(self.questions.ask_for_store)
        self.welcome.sample_requested.connect(self._choose_sample)
        self.welcome.path_chosen.connect(self._choose_store)
        self.rail.page_requested.connect(self._show_page)
        self.reviews.waiting_changed.connect(self._show_waiting)
        self.reviews.trail_checked.connect(self.status.show_trail)
        self.status.trail.clicked.connect(partial(self.menus.trigger, "reviews.verify"))
        self.top.palette_requested.connect(self._show_palette)
        self.menus.recent_chosen.connect(self._choose_store)
        self._settings.recent_changed.connect(self._show_recent)
        self.menus.triggered.connect(self._update_actions)
        for page in self._pages.values():
            page.context_changed.connect(self._update_actions)
            page.context_changed.connect(self._show_place)
            page.said.connect(self._say)
            page.noticed.connect(self.notices.show_choices)
            page.navigate_requested.connect(self._navigate)
        self.editing.changed.connect(self._changed)
        self.editing.switched.connect(self._show_mode)
        self.editing.switched.connect(self._update_actions)
        self.editing.said.connect(self.status.message.setText)

    def _current_page(self) -> str:
        return next((name for name, page in self._pages.items() if page is self.stack.currentWidget()), "")

    def _show_page(self, name: str) -> None:
        page = self._pages[name]
        self.stack.setCurrentWidget(page)
        page.setFocus(Qt.FocusReason.OtherFocusReason)
        self.rail.set_page(name)
        self.status.message.setText(page.summary())
        self._show_place()
        self._update_actions()

    def _navigate(self, page: str, target: object) -> None:
        """A page asks to show `target` (a run id or a model name, None for the page alone) on another page."""
        self._show_page(page)
        if target is not None:
            self._pages[page].reveal(target)

    def _say(self, text: str) -> None:
        if self.sender() is self.stack.currentWidget():
            self.status.message.setText(text)

    def _show_waiting(self, count: int) -> None:
        self.rail.set_badge("reviews", count, f"{counted(count, 'request')} to decide")

    def _show_place(self) -> None:
        session = self.opener.session
        page = self._pages.get(self._current_page())
        if session is not None and page is not None:
            self.top.set_place(visible(session.store.path.name, 80), page.place())

    def _show_mode(self) -> None:
        session = self.opener.session
        if session is not None:
            mode = "Read-only" if session.read_only else "Editing" if self.editing.is_on else "Viewing"
            self.status.mode.setText(mode)

    def _follow_theme(self, theme: Theme) -> None:
        for set_theme in (
            self.menus.set_theme,
            self.top.set_theme,
            self.rail.set_theme,
            self.notices.set_theme,
            self.edit_notice.set_theme,
            self.welcome.set_theme,
            *(page.set_theme for page in self._pages.values()),
        ):
            set_theme(theme)

    def _show_recent(self) -> None:
        self.menus.set_recent(self._settings.recent)
        self.welcome.set_recent(self._settings.recent)

    def _tell(self, title: str, sentence: str) -> None:
        MessageDialog(title, sentence, self).open()

    # Window

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.navigation.follow_mouse(self.windowHandle())

    def _restore_layout(self) -> None:
        self.resize(1600, 1000)
        state = self._settings.layout("window")
        if state is not None:
            self.restoreGeometry(state)

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        if self.tasks.writing:
            # A write is never cut off: close as soon as it is done.
            event.ignore()
            self.status.message.setText("Finishing a write before closing …")
            QTimer.singleShot(100, self.close)
            return
        self._settings.remember_layout("window", QByteArray(self.saveGeometry()))
        for page in self._pages.values():
            page.remember_layout()
        self._settings.save()
        self.opener.close()
        self.tasks.close()
        event.accept()
        self.went.emit()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            self.came_to_front.emit()

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.source() is None and _dropped_file(event) is not None:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        if (path := _dropped_file(event)) is not None:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self._choose_store(path)


def _title() -> str:
    """The application's name, with the profile's where one is in use."""
    return f"{_TITLE} · {profile()}" if profile() else _TITLE


def _dropped_file(event: QDropEvent) -> Path | None:
    """The one local file that is dragged, if it is one."""
    urls = event.mimeData().urls()
    return Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None


def _short_path(path: Path) -> str:
    try:
        return "~/" + path.relative_to(Path.home()).as_posix()
    except ValueError:
        return str(path)
