"""Menu entry, icon and file type of the current user."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bakehouse import desktop

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="freedesktop places")


@pytest.fixture
def data_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "share"


@linux_only
def test_that_registering_adds_entry_icon_and_type_and_unregistering_leaves_none(data_home: Path) -> None:
    assert "menu" in desktop.register()
    entry = data_home / "applications" / "bakehouse.desktop"
    assert entry.is_file()
    assert (data_home / "icons/hicolor/scalable/apps/bakehouse.svg").is_file()
    assert 'pattern="mlflow.db"' in (data_home / "mime/packages/bakehouse.xml").read_text()
    assert "%f" in entry.read_text()
    assert "removed" in desktop.unregister()
    assert not entry.exists()
    assert "nothing" in desktop.unregister()


@linux_only
def test_that_unregistering_takes_our_line_alone_out_of_the_list_of_programs(data_home: Path) -> None:
    programs = data_home.parent / "config" / "mimeapps.list"
    programs.parent.mkdir()
    others = "[Default Applications]\ntext/plain=editor.desktop\n"
    programs.write_text(others + "application/x-mlflow-store=bakehouse.desktop\n")
    desktop.register()
    desktop.unregister()
    assert programs.read_text().split() == others.split()
    assert list(programs.parent.iterdir()) == [programs]


@linux_only
def test_that_a_relative_place_is_ignored_as_the_specification_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    desktop.register()
    assert (tmp_path / "home/.local/share/applications/bakehouse.desktop").is_file()
    assert not (tmp_path / "relative/applications/bakehouse.desktop").exists()


@linux_only
def test_that_the_menu_entry_passes_the_desktop_validator(data_home: Path) -> None:
    validator = shutil.which("desktop-file-validate")
    if validator is None:
        pytest.skip("desktop-file-validate is not here (Debian package desktop-file-utils)")
    desktop.register()
    entry = data_home / "applications" / "bakehouse.desktop"
    result = subprocess.run([validator, str(entry)], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


@linux_only
def test_that_the_desktop_finds_the_type_of_an_mlflow_file(data_home: Path, tmp_path: Path) -> None:
    xdg_mime = shutil.which("xdg-mime")
    if xdg_mime is None or shutil.which("update-mime-database") is None:
        pytest.skip("xdg-mime or update-mime-database is not here")
    desktop.register()
    globs = (data_home / "mime" / "globs2").read_text()
    assert "80:application/x-mlflow-store:mlflow.db" in globs


@linux_only
def test_that_an_interpreter_path_with_blanks_and_quotes_is_quoted_for_the_entry(
    data_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", '/opt/my "py" $x/100%/python')
    desktop.register()
    line = next(
        row
        for row in (data_home / "applications/bakehouse.desktop").read_text().splitlines()
        if row.startswith("Exec=")
    )
    assert line == r'Exec="/opt/my \\"py\\" \\$x/100%%/python" "-m" "bakehouse" %f'
