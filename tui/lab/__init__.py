"""The lab pane: people made up, assistants that learn them, and whether it helped."""
