"""Dialogs and pages that any pane opens: ask, pick, confirm, edit, read."""
