"""What a run shows: scores, differences between settings, and how sure they are."""
