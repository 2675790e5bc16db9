"""What the panes that show a conversation have in common."""
