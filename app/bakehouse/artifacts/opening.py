"""Whether opening a file with the system's program could run what is in it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from bakehouse.artifacts.listing import folder_error
from bakehouse.artifacts.protection import NOTHING_FORBIDDEN, Guard, obstacle
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import ArtifactError

# Endings that programs of the usual desktops run, install or take commands from.
# fmt: off
_RUN = frozenset({
    ".app", ".appimage", ".apk", ".appref-ms", ".bash", ".bat", ".cmd", ".com", ".command", ".cpl",
    ".csh", ".deb", ".desktop", ".dll", ".dmg", ".exe", ".fish", ".hta", ".inf", ".ins", ".iso", ".jar",
    ".jnlp", ".js", ".jse", ".ksh", ".lnk", ".msc", ".msi", ".msix", ".pif", ".pkg", ".pl", ".ps1",
    ".psm1", ".py", ".pyc", ".pyw", ".pyz", ".rb", ".reg", ".rpm", ".scf", ".scr", ".sh", ".so",
    ".terminal", ".tool", ".url", ".vb", ".vbe", ".vbs", ".webloc", ".wsf", ".wsh", ".xll", ".zsh",
})
# fmt: on
_PICKLES = frozenset({".cloudpickle", ".dill", ".joblib", ".pickle", ".pkl", ".pt", ".pth"})
_PAGES = frozenset({".htm", ".html", ".mht", ".mhtml", ".svg", ".xhtml", ".xml"})
_MACROS = frozenset({".docm", ".dotm", ".ipynb", ".pptm", ".xlam", ".xls", ".xlsb", ".xlsm", ".xltm"})
_HEADS = (b"\x7fELF", b"MZ", b"#!", b"\xfe\xed\xfa", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")


def opening_risk(path: Path, root: Path, guard: Guard | None, _token: Token) -> str:
    """A sentence about what opening may do beyond showing; empty for what is only shown. For a worker thread.

    Raises ArtifactError when the file must not be opened at all (a link that leads out, the open store) or is gone.
    """
    forbidden = NOTHING_FORBIDDEN if guard is None else guard.identities()
    try:
        facts = path.lstat()
        why = obstacle(path, facts, root, forbidden)
        if why:
            raise ArtifactError(why)
        if stat.S_ISDIR(facts.st_mode):
            return ""
        with path.open("rb", buffering=0) as file:
            head = file.read(4)
            is_program = os.name != "nt" and bool(os.fstat(file.fileno()).st_mode & 0o111)
    except OSError as error:
        raise folder_error(path, error) from error
    ending = path.suffix.lower()
    if ending in _RUN or is_program or head.startswith(_HEADS):
        return "This is a program or script: the system may run it instead of showing it."
    if ending in _PICKLES:
        return "This is a pickle: a program that loads it runs the code inside it."
    if ending in _PAGES:
        return "This may open in the browser, where scripts inside it run and may fetch from the network."
    if ending in _MACROS:
        return "This may contain macros or code that the program which opens it can run."
    return ""
