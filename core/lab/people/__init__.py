"""People who are made up from a plan, and the scenes of their lives."""
