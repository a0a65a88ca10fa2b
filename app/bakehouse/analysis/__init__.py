"""Runs as numpy columns: order, filter, axes, densities, envelopes, and how figures are written."""
