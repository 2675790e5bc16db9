"""Settings: what a person can set, from files, variables and flags, with where each came from."""
