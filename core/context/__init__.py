"""What a model is sent: composed from records, trimmed to its budget."""
