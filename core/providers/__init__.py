"""Adapters to models: one request in, one stream out."""
