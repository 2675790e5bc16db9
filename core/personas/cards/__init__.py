"""Character cards and other programs' personas, in and out.

A card becomes a persona: a Markdown file with all that prompts need, and beside it the card
as it was imported, which an export starts from, so that what Salon has no use for survives.
"""
