"""Profiles: what is known of a person, since when, and on whose words it rests."""
