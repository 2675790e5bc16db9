"""The pane of the day simulator: customers, the agent that looks after them, what it learns."""
