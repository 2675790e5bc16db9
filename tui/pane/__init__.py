"""What the panes share."""
