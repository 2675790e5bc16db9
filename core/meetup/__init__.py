"""Two participants in conversation."""
