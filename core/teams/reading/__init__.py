"""Replies of nodes: what they propose, and what of them is shown while they arrive."""
