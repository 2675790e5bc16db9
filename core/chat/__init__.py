"""One persona and one human."""
