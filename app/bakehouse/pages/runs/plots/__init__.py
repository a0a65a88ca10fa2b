"""The plots below the run table, one tab each."""

from bakehouse.pages.runs.plots.panel import PlotPanel
from bakehouse.pages.runs.plots.parallel_tab import first_axes

__all__ = ["PlotPanel", "first_axes"]
