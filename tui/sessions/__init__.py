"""The Sessions pane apart from its screen: what is listed, sought, shown and done."""
