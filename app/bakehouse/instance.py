"""One running application per person: a second start hands its store to the first and ends."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from bakehouse.domain.options import Options
from bakehouse.places import config_directory

_WAIT_MS = 500
_LONGEST = 64 * 1024


class RunningInstance(QObject):
    """Listens for later starts. Made by the composition root on the GUI thread."""

    open_requested = Signal(object)
    """The Options of the later start."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._accept)

    def listen(self) -> None:
        """Become the instance that later starts find; a name left by a killed process is taken over."""
        if not self._server.listen(_name()):
            other = QLocalSocket()
            other.connectToServer(_name())
            if other.waitForConnected(_WAIT_MS):
                # Another one that started at the same moment was faster.
                other.abort()
                return
            QLocalServer.removeServer(_name())
            self._server.listen(_name())

    def close(self) -> None:
        self._server.close()

    def _accept(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.readyRead.connect(self._read)
            socket.disconnected.connect(socket.deleteLater)

    def _read(self) -> None:
        socket = self.sender()
        if not isinstance(socket, QLocalSocket) or not socket.canReadLine():
            return
        line = bytes(socket.readLine(_LONGEST).data())
        socket.write(b"ok\n")
        socket.flush()
        try:
            message = json.loads(line)
            store = Path(message["store"]) if message["store"] else None
            options = Options(store=store, read_only=bool(message["read_only"]), sample=bool(message["sample"]))
        except (ValueError, KeyError, TypeError):
            socket.abort()
        else:
            self.open_requested.emit(options)


def hand_over(options: Options) -> bool:
    """Ask a running application to do what `options` say; whether one took it. Needs a QCoreApplication."""
    socket = QLocalSocket()
    socket.connectToServer(_name())
    if not socket.waitForConnected(_WAIT_MS):
        return False
    store = str(options.store.absolute()) if options.store else None
    message = {"store": store, "read_only": options.read_only, "sample": options.sample}
    socket.write(json.dumps(message).encode() + b"\n")
    socket.flush()
    taken = socket.waitForReadyRead(4 * _WAIT_MS)
    socket.abort()
    return taken


def _name() -> str:
    """A name of this person and configuration folder, so that profiles and tests keep apart."""
    return "bakehouse-" + hashlib.sha256(str(config_directory()).encode()).hexdigest()[:16]
