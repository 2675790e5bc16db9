"""What all entries of a transcript share: width, columns, speakers' colours, the painter."""

from rich.style import Style

from tui.widgets.transcript.entry import Entry
from tui.widgets.transcript.painter import Painter
from tui.widgets.transcript.palette import SPEAKERS, Palette

BAR = 2
"""Cells left of the text: the cursor bar and a space."""
MARGIN = 1
"""Cells right of the text."""
TWO_COLUMNS_FROM = 96
"""Cells below which two columns become one."""
GUTTER = "│"


class Look:
    """Width, columns and colours of a transcript."""

    def __init__(self, palette: Palette) -> None:
        self.painter = Painter(palette)
        self.base = Style()
        self.selected = Style()
        self._fingerprint: tuple[Style, ...] = ()
        self.width = 80
        self.wanted_columns = 1
        self.measure = 0
        """Most cells of a line of text, lest the eye lose its way back; 0: as wide as can be."""
        self._speakers: dict[str, str] = {"a": SPEAKERS[0], "b": SPEAKERS[1]}

    def recolour(self, palette: Palette, base: Style, selected: Style) -> bool:
        """Paint with these colours from now on; whether any is another than before."""
        fingerprint = (base, selected, *palette.fingerprint())
        if fingerprint == self._fingerprint:
            return False
        self._fingerprint = fingerprint
        self.base = base
        self.selected = selected
        self.painter = Painter(palette)
        return True

    @property
    def columns(self) -> int:
        """The columns shown: two only if they are wanted and there is room."""
        return self.wanted_columns if self.width >= TWO_COLUMNS_FROM else 1

    @property
    def column_width(self) -> int:
        """Cells of the left column; the right one has the rest after the gutter."""
        return (self.width - len(GUTTER)) // 2

    def column_of(self, entry: Entry) -> int | None:
        """The column in which an entry is shown; `None` is the whole width."""
        return entry.column if self.columns == 2 else None

    def left_of(self, entry: Entry) -> int:
        """Cells left of the text of an entry."""
        if self.column_of(entry) == 1:
            return self.column_width + len(GUTTER) + BAR
        return BAR

    def width_of(self, entry: Entry) -> int:
        """Cells for the text of an entry."""
        whole = self.width if self.column_of(entry) is None else self.column_width
        room = max(8, whole - BAR - MARGIN)
        return min(room, self.measure) if self.measure else room

    def header_of(self, entry: Entry) -> str:
        """The header that suits the columns shown."""
        if self.column_of(entry) is not None and entry.column_header is not None:
            return entry.column_header
        return entry.header

    def speaker_role(self, speaker: str) -> str:
        """The colour role of a speaker; the next free colour for a new one."""
        if not speaker:
            return "text"
        if speaker not in self._speakers:
            self._speakers[speaker] = SPEAKERS[len(self._speakers) % len(SPEAKERS)]
        return f"speaker-{self._speakers[speaker]}"
