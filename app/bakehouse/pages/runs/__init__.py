"""The runs page."""

from bakehouse.pages.runs.page import RunsPage

__all__ = ["RunsPage"]
