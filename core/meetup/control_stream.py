"""Takes the control words out of a message, also while it is still streaming.

There is one reader for both: a whole message is a stream of one piece. However a message
is cut into pieces, what `ControlFilter` returns for them adds up to the same prose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from core.meetup.control import LONGEST_TOKEN, Word, leads_in, leads_out, may_become_word, word_of
from core.meetup.fences import FenceTracker

_ATOM = re.compile(
    r"(?P<feed>\n)"
    r"|(?P<space>[^\S\n]++)"
    # Tokens on one line that cannot be control words are taken together.
    r"|(?P<plain>[^\s/*_]\S*+(?:[^\S\n]++[^\s/*_]\S*+)*+)"
    r"|(?P<token>\S++)"
)
_REST_OF_TOKEN = re.compile(r"\S*+")
_FIRST_TOKEN = re.compile(r"\S++")


@dataclass(frozen=True, slots=True)
class Parsed:
    """A message taken apart."""

    prose: str
    """The text without its control words and without white space around it."""
    words: tuple[Word, ...]
    """The control words in the order in which they stand."""


def parse(text: str) -> Parsed:
    """Take the control words out of a message."""
    if "/" not in text:
        return Parsed(text.strip(), ())
    control = ControlFilter()
    prose = control.feed(text) + control.finish()
    return Parsed(prose, tuple(control.words))


@dataclass(frozen=True, slots=True)
class _Held:
    """White space, a line feed or a control word of which it is not known yet what it is."""

    text: str
    word: Word | None = None


_LINE_FEED = _Held("\n")


class ControlFilter:
    """Takes the pieces of a message, gives back what may be shown of them.

    Prose is returned at once. Held back is what may not belong to it: white space and
    control words until it is known what follows them, and an unfinished token for as long
    as it may become a control word. `words` are the control words found so far.
    """

    def __init__(self) -> None:
        self.words: list[Word] = []
        self._fence = FenceTracker()
        self._held: list[_Held] = []
        self._after_prose = False
        """Whether the line on which `_held` begins has prose before it."""
        self._unfinished = ""
        """The beginning of a token that the next piece may go on with."""
        self._in_token = False
        """Whether the last piece ended within a token that is prose."""
        self._line_has_prose = False
        self._last_token = ""
        """The end of the last token of prose."""
        self._started = False
        """Whether any prose was returned."""

    def feed(self, piece: str) -> str:
        """Take the next piece; return what can be shown now, which may be empty."""
        text, self._unfinished = self._unfinished + piece, ""
        out: list[str] = []
        position = self._go_on_with_token(text, out) if self._in_token else 0
        while position < len(text):
            atom = _ATOM.match(text, position)
            assert atom is not None
            if atom.lastgroup == "plain" and self._leading_words():
                atom = _FIRST_TOKEN.match(text, position) or atom
            position = atom.end()
            if atom.lastgroup == "feed":
                self._end_line(out)
            elif atom.lastgroup == "space":
                self._hold(_Held(atom[0]))
            else:
                self._take(atom[0], position == len(text), out)
        return "".join(out)

    def finish(self) -> str:
        """Return the rest of the prose that was not shown yet."""
        out: list[str] = []
        token, self._unfinished = self._unfinished, ""
        if token:
            self._take(token, False, out)
        out.append(self._end())
        return "".join(out)

    def _go_on_with_token(self, text: str, out: list[str]) -> int:
        rest = _REST_OF_TOKEN.match(text)
        assert rest is not None
        self._last_token = (self._last_token + rest[0])[-LONGEST_TOKEN - 1 :]
        self._fence.add(rest[0])
        out.append(rest[0])
        self._in_token = rest.end() == len(text)
        return rest.end()

    def _take(self, text: str, at_end: bool, out: list[str]) -> None:
        """Take in one token, or several of plain prose; `at_end`: the last may go on."""
        if at_end and self._must_wait(text):
            self._unfinished = text
            return
        word = None if self._fence.inside else word_of(text)
        if word is not None:
            self._hold(_Held(text, word))
        else:
            self._release(text, out)
            self._in_token = at_end

    def _must_wait(self, text: str) -> bool:
        if self._fence.inside:
            return False
        if self._leading_words() and len(text) <= LONGEST_TOKEN:
            return True
        return may_become_word(text)

    def _leading_words(self) -> bool:
        """Whether a control word stands before all prose: the next token decides on it."""
        return not self._started and any(each.word for each in self._held)

    def _hold(self, held: _Held) -> None:
        if not self._held:
            self._after_prose = self._line_has_prose
        self._held.append(held)

    def _end_line(self, out: list[str]) -> None:
        if self._line_has_prose:
            self._end_line_of_fence()
            if self._fence.inside:
                # What stands behind the mark that opens a fence is no control word.
                out += self._up_to_last_word()
        self._hold(_LINE_FEED)
        self._line_has_prose = False

    def _release(self, text: str, out: list[str]) -> None:
        """Return prose, and before it what was held and turns out to be prose as well."""
        lines = list(self._held_lines())
        after_prose = self._after_prose
        for line in lines[:-1]:
            words = [each.word for each in line if each.word]
            if words and not after_prose:
                self.words += words
            elif self._started:
                out += (each.text for each in line)
            after_prose = False
        before = self._before_prose(lines[-1], after_prose, text)
        self._held.clear()
        self._fence.add(before + text)
        out += (before, text)
        self._last_token = text[-LONGEST_TOKEN - 1 :].split()[-1]
        self._started = self._line_has_prose = True

    def _before_prose(self, line: list[_Held], after_prose: bool, text: str) -> str:
        """Return what of `line` stands as prose before `text`, which goes on with it."""
        if self._started or after_prose:
            return "".join(each.text for each in line)
        places = [place for place, each in enumerate(line) if each.word]
        kept = places[-1] if places and leads_out(text) else len(line)
        self.words += [word for each in line[:kept] if (word := each.word)]
        return "".join(each.text for each in line[kept:])

    def _end(self) -> str:
        """Settle what is held, for nothing follows it."""
        if self._line_has_prose:
            self._end_line_of_fence()
        if self._fence.inside:
            return "".join(self._up_to_last_word())
        held = self._held
        first = next((place for place, each in enumerate(held) if each.word), len(held))
        same_line = self._after_prose and _LINE_FEED not in held[:first]
        kept = first + 1 if same_line and leads_in(self._last_token) else 0
        self.words += [word for each in held[kept:] if (word := each.word)]
        return "".join(each.text for each in held[:kept]) if first < len(held) else ""

    def _end_line_of_fence(self) -> None:
        self._fence.add("".join(each.text for each in self._held))
        self._fence.end_line()

    def _up_to_last_word(self) -> list[str]:
        """Give up what is held as prose, apart from white space at its end."""
        places = [place for place, each in enumerate(self._held) if each.word]
        kept = places[-1] + 1 if places else 0
        released, self._held = self._held[:kept], self._held[kept:]
        return [each.text for each in released]

    def _held_lines(self) -> Iterator[list[_Held]]:
        """Yield what is held line by line, each but the last with its line feed."""
        line: list[_Held] = []
        for each in self._held:
            line.append(each)
            if each is _LINE_FEED:
                yield line
                line = []
        yield line
