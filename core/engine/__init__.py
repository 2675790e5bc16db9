"""What every engine with participants shares: run loop, commands, log, prompts, replies."""
