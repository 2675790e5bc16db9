"""What every engine with participants shares: seats, the log, prompts, replies."""
