"""Registered models and their versions."""

from bakehouse.pages.models.page import ModelsPage

__all__ = ["ModelsPage"]
