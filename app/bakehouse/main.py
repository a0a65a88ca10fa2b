"""The composition root: application, theme, log, window."""

from __future__ import annotations

import gc
import logging
import sys
import threading
from logging.handlers import RotatingFileHandler
from types import TracebackType

from PySide6.QtCore import QMessageLogContext, QObject, Qt, QtMsgType, qInstallMessageHandler
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

_log = logging.getLogger("bakehouse")


class Application(QObject):
    """Holds what lives as long as the process: theme, settings, window, crash handling."""

    def __init__(self, qt: QApplication, options: Options) -> None:
        super().__init__()
        self._qt = qt
        self._log_file = cache_directory() / "bakehouse.log"
        self._crashing = False
        self.settings = Settings()
        self.themes = ThemeSource(options.theme or self.settings.theme)
        self.themes.changed.connect(self._apply_theme)
        self.window = MainWindow(self.themes, self.settings)
        # After the window: with a style sheet set, every widget put into another is polished again (0.5 s in all).
        self._apply_theme(self.themes.theme)
        self.window.tasks.crashed.connect(self.crashed)
        self.instance = RunningInstance(self)
        self.instance.open_requested.connect(self._open_requested)

    def start(self, options: Options) -> None:
        """Show the window and open what was asked for."""
        sys.excepthook = self._uncaught
        self.window.show()
        self.instance.listen()
        self._open(options)

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
            self.window.close()

    def _uncaught(self, _kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
        if isinstance(error, KeyboardInterrupt):
            self.window.close()
        else:
            self.crashed(error)

    def _apply_theme(self, theme: Theme) -> None:
        self._qt.setPalette(theme.palette())
        self._qt.setStyleSheet(style_sheet(theme))

    def _open(self, options: Options) -> None:
        if options.sample:
            self.window.open_sample(read_only=options.read_only)
        elif options.store is not None:
            self.window.open_store(options.store, read_only=options.read_only)

    def _open_requested(self, options: Options) -> None:
        self.window.setWindowState(self.window.windowState() & ~Qt.WindowState.WindowMinimized)
        self.window.raise_()
        self.window.activateWindow()
        self._open(options)


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
