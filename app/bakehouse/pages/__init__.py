"""The screens of the window, one folder each; they speak to each other only through the window."""
