"""What an open store gives to every page."""

from __future__ import annotations

from dataclasses import dataclass

from bakehouse.artifacts.locator import Locator
from bakehouse.settings import Settings
from bakehouse.store.handle import Store
from bakehouse.tasks import TaskRunner
from bakehouse.theme import ThemeSource


@dataclass(frozen=True)
class Session:
    """One open store with the application's services; the window makes it and hands it to the pages.

    Pages use `store` only inside work that they hand to `tasks`.
    """

    store: Store
    locator: Locator
    tasks: TaskRunner
    themes: ThemeSource
    settings: Settings

    @property
    def read_only(self) -> bool:
        """Whether editing was ruled out when the store was opened."""
        return self.store.read_only
