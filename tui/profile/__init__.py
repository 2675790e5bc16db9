"""The profile of the person at the keyboard, as a page, and what the chat pane does with it."""
