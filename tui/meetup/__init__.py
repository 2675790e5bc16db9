"""The meetup pane apart from its widgets: what is being set up, run and shown."""
