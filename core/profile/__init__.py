"""The profile of the person at the keyboard: learnt only on their word, kept on this machine."""
