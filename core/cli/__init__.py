"""The headless commands, one file a group."""
