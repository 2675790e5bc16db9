"""Whether a text repeats what another one said."""

from __future__ import annotations

from collections.abc import Iterable

_GRAM = 24
"""Characters in a row that nobody writes twice by chance."""
_SHORT = 8
_TITLE = 4


class Quotes:
    """Texts that others may repeat, whole or in part; spaces and line ends count alike."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = {" ".join(text.split()) for text in texts}
        self._grams = {
            text[at : at + _GRAM] for text in self._texts for at in range(len(text) - _GRAM + 1)
        }

    def within(self, text: str, *, title: bool = False) -> bool:
        """Whether `text` repeats one of them; a `title` also where it is a few of its words."""
        plain = " ".join(text.split())
        if not plain or plain in self._texts:
            return bool(plain)
        if any(plain[at : at + _GRAM] in self._grams for at in range(len(plain) - _GRAM + 1)):
            return True
        short = (each for each in self._texts if _SHORT <= len(each) < _GRAM)
        if any(each in plain for each in short):
            return True
        part = plain.rstrip(" …")
        return title and len(part) >= _TITLE and any(part in each for each in self._texts)
