"""What the people pane is made of: the list, the preview, the drafts, the verbs."""
