"""Untrusted text made fit for a terminal: nothing in it can steer the screen."""

import re

_UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
_VISIBLE = "\N{REPLACEMENT CHARACTER}"


def _stand_in(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\N{SYMBOL FOR DELETE}"
    if code in {0x2028, 0x2029}:
        return "\n"
    return _VISIBLE


def clean(text: str) -> str:
    """The text with newlines unified and every control or direction-changing character visible.

    ESC becomes "␛" and so on; direction overrides, isolates and marks, C1 controls and lone
    surrogates become "�". Newlines and tabs stay.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNWANTED.sub(_stand_in, text)


class StreamCleaner:
    """`clean` for text that arrives in pieces: a CR LF cut in two is still one newline."""

    def __init__(self) -> None:
        self._after_return = False

    def feed(self, piece: str) -> str:
        """Clean the next piece."""
        if not piece:
            return ""
        if self._after_return and piece[0] == "\n":
            piece = piece[1:]
            self._after_return = False
            if not piece:
                return ""
        self._after_return = piece[-1] == "\r"
        return clean(piece)
