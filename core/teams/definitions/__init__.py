"""Teams as files declare them, from the file to one that can run."""
