"""The parts of the chat pane; `tui.screens.chat` puts them on screen."""
