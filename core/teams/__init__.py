"""A tree of personas: whatever one says is a proposal until somebody lets it through."""
