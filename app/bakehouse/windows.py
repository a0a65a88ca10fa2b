"""The application's windows: made, found by the store they show, and closed together."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QPoint, QRect, Qt, Signal

from bakehouse.domain.options import Options
from bakehouse.settings import Settings
from bakehouse.theme import ThemeSource
from bakehouse.window import MainWindow

_CASCADE = QPoint(32, 32)


class Windows(QObject):
    """Owns every open window; each has its own tasks and store, settings and theme are shared. GUI thread.

    Made by the composition root.
    """

    crashed = Signal(object)
    """An exception that is a bug, in whatever window."""

    def __init__(self, themes: ThemeSource, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._settings = settings
        self.shown: list[MainWindow] = []
        """The windows that are open, the one used last at the end."""

    @property
    def front(self) -> MainWindow:
        """The window used last."""
        return self.shown[-1]

    def new(self, beside: MainWindow | None = None) -> MainWindow:
        """Make a window, a little lower than `beside`; the caller shows it."""
        window = MainWindow(self._themes, self._settings)
        if beside is not None:
            _cascade(window, beside)
        window.tasks.crashed.connect(self.crashed)
        window.came_to_front.connect(partial(self._note_front, window))
        window.went.connect(partial(self._forget, window))
        window.window_wanted.connect(partial(self.open_beside, window))
        window.store_wanted.connect(partial(self.open, window))
        window.quit_wanted.connect(self.close_all)
        self.shown.append(window)
        return window

    def open_beside(self, window: MainWindow) -> MainWindow:
        """Another window on the store of `window`, or on the welcome page where none is open."""
        other = self.new(window)
        other.show()
        session = window.opener.session
        if session is not None:
            other.open_store(session.store.path, read_only=session.read_only)
        return other

    def open(self, window: MainWindow, options: Options, new_window: bool) -> None:
        """Show what `options` ask for: in the window that has it already, else in `window` or in a new one."""
        holder = self._holder(options, window)
        if holder is not None:
            bring_to_front(holder)
            return
        target = self.new(window) if new_window and window.opener.occupied else window
        target.show()
        bring_to_front(target)
        target.open_options(options)

    def hand_over(self, options: Options) -> None:
        """A later start asks for something."""
        if options.store is None and not options.sample:
            bring_to_front(self.front)
        else:
            self.open(self.front, options, self._settings.second_store_in_new_window)

    def close_all(self) -> None:
        """Close every window; one that is still writing closes by itself when that is done."""
        for window in reversed(list(self.shown)):
            window.close()

    def _holder(self, options: Options, near: MainWindow) -> MainWindow | None:
        """The window that shows what is asked for, preferably `near`."""
        for window in (near, *reversed(self.shown)):
            if window.opener.shows(options):
                return window
        return None

    def _note_front(self, window: MainWindow) -> None:
        if window in self.shown:
            self.shown.remove(window)
            self.shown.append(window)

    def _forget(self, window: MainWindow) -> None:
        # The last one ends the application and goes with it.
        if window in self.shown and len(self.shown) > 1:
            self.shown.remove(window)
            window.deleteLater()


def bring_to_front(window: MainWindow) -> None:
    """Show and activate a window, also a minimized one."""
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.raise_()
    window.activateWindow()


def _cascade(window: MainWindow, beside: MainWindow) -> None:
    """As large as `beside`, a step lower and to the right; at the screen's corner where only that holds it whole."""
    place = beside.normalGeometry() if beside.isMaximized() else beside.geometry()
    screen = beside.screen().availableGeometry()
    fitting = (corner for corner in (place.topLeft() + _CASCADE, screen.topLeft()) if _fits(corner, place, screen))
    corner = next(fitting, place.topLeft() + _CASCADE)
    window.resize(place.size())
    window.move(corner)


def _fits(corner: QPoint, place: QRect, screen: QRect) -> bool:
    return corner != place.topLeft() and screen.contains(QRect(corner, place.size()))
