"""The one place that starts threads: work goes in as a plain function, results come back to the GUI thread."""

from bakehouse.tasks.runner import Lane, TaskRunner

__all__ = ["Lane", "TaskRunner"]
