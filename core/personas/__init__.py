"""Personas: their files, the library that finds them, and the instructions they share."""
