"""What all panes share: commands declared once, a screen, a controller, an open session."""
