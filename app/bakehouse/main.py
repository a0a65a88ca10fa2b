"""The composition root: application, theme, log, windows."""

from __future__ import annotations

import gc
import logging
import sys
import threading
from logging.handlers import RotatingFileHandler
from types import TracebackType

from PySide6.QtCore import QMessageLogContext, QObject, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from bakehouse import __version__
from bakehouse.dialogs.crash import CrashDialog
from bakehouse.domain.options import Options
from bakehouse.instance import RunningInstance, hand_over
from bakehouse.places import cache_directory
from bakehouse.resources import icon_path
from bakehouse.settings import Settings
from bakehouse.theme import Theme, ThemeSource, style_sheet
from bakehouse.window import MainWindow
from bakehouse.windows import Windows

_log = logging.getLogger("bakehouse")


class Application(QObject):
    """Holds what lives as long as the process: theme, settings, windows, crash handling."""

    def __init__(self, qt: QApplication, options: Options) -> None:
        super().__init__()
        self._qt = qt
        self._log_file = cache_directory() / "bakehouse.log"
        self._crashing = False
        self.settings = Settings()
        self.themes = ThemeSource(options.theme or self.settings.theme)
        self.themes.changed.connect(self._apply_theme)
        self.windows = Windows(self.themes, self.settings, self)
        self.windows.new()
        # After the window: with a style sheet set, every widget put into another is polished again (0.5 s in all).
        self._apply_theme(self.themes.theme)
        self.windows.crashed.connect(self.crashed)
        self.instance = RunningInstance(self)
        self.instance.open_requested.connect(self.windows.hand_over)

    @property
    def window(self) -> MainWindow:
        """The window used last."""
        return self.windows.front

    def start(self, options: Options) -> None:
        """Show the window and open what was asked for."""
        sys.excepthook = self._uncaught
        self.window.show()
        self.instance.listen()
        recent = self.settings.recent
        if not options.sample and options.store is None and recent and self.settings.reopens_last_store:
            self.window.open_store(recent[0], read_only=options.read_only)
        else:
            self.window.open_options(options)

    def crashed(self, error: BaseException) -> None:
        """A bug: into the log, then one dialog; a second bug while it is open only reaches the log."""
        _log.error("uncaught", exc_info=error)
        if self._crashing:
            return
        self._crashing = True
        dialog = CrashDialog(error, str(self._log_file), self.window)
        dialog.finished.connect(self._after_crash)
        dialog.open()

    def _after_crash(self, answer: int) -> None:
        self._crashing = False
        if answer == CrashDialog.DialogCode.Rejected:
            self.windows.close_all()

    def _uncaught(self, _kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
        if isinstance(error, KeyboardInterrupt):
            self.windows.close_all()
        else:
            self.crashed(error)

    def _apply_theme(self, theme: Theme) -> None:
        self._qt.setPalette(theme.palette())
        self._qt.setStyleSheet(style_sheet(theme))


def run_window(options: Options) -> int:
    """Start the window, or hand the store to the one that runs already. Returns the exit status."""
    favour_window()
    qt = QApplication(sys.argv[:1])
    if hand_over(options):
        return 0
    _start_log()
    qt.setApplicationName("Bakehouse")
    qt.setApplicationVersion(__version__)
    qt.setDesktopFileName("bakehouse")
    qt.setStyle("Fusion")
    qt.setWindowIcon(QIcon(str(icon_path("bakehouse"))))
    application = Application(qt, options)
    application.start(options)
    status = qt.exec()
    application.instance.close()
    return status


def favour_window() -> None:
    """Let threads that read keep the window waiting as little as the interpreter can."""
    # They give up their turn after half a millisecond instead of five.
    sys.setswitchinterval(0.0005)
    # A page of rows passes the usual threshold of 700 a dozen times, and a full collection takes 50 ms and more.
    gc.set_threshold(100_000, 50, 100)


def _start_log() -> None:
    handler = RotatingFileHandler(
        cache_directory() / "bakehouse.log", maxBytes=1_000_000, backupCount=2, encoding="utf-8"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)
    logging.getLogger("bakehouse").setLevel(logging.INFO)
    qInstallMessageHandler(_log_qt)
    threading.excepthook = _log_thread


def _log_qt(kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
    levels = {
        QtMsgType.QtDebugMsg: logging.DEBUG,
        QtMsgType.QtInfoMsg: logging.INFO,
        QtMsgType.QtWarningMsg: logging.WARNING,
    }
    logging.getLogger("qt").log(levels.get(kind, logging.ERROR), "%s", message)


def _log_thread(arguments: threading.ExceptHookArgs) -> None:
    _log.error("uncaught in %s", arguments.thread, exc_info=arguments.exc_value)
