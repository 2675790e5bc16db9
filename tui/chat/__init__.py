"""The Chat pane: one persona, one human, every reply a branch."""
