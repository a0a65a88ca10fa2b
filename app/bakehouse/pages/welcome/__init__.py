"""The page shown while no store is open."""

from bakehouse.pages.welcome.page import WelcomePage

__all__ = ["WelcomePage"]
