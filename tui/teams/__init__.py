"""The teams pane apart from its widgets: what can be chosen, set up, run and shown."""
