"""Bakehouse: a native desktop application over a local MLflow tracking store."""

__version__ = "0.1.0"
