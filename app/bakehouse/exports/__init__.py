"""Runs and metric histories as tables in files and on the clipboard, for the window and the command line."""
