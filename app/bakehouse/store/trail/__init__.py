"""Bakehouse's own file beside the store: the trail's entries and what they add up to, with a schema of its own."""
