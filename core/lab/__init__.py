"""Lifelong personalisation: profiles, people who have one, and assistants that learn it."""
