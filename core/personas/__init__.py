"""Personas as Markdown files: reading, finding, checking them."""
