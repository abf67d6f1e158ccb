"""A4 sheets as PDF. The font is inside, so that every machine and printer shows the same Chinese.

`Sheet` writes from top to bottom and begins a new page where one is full; what stands on a sheet is decided elsewhere.
"""

from __future__ import annotations

import functools
import logging
from typing import TYPE_CHECKING, Final

import segno
from pylopdf_fonts_zh_cn import sans_path
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fpdf import FPDF

logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells each table that it makes smaller

MARGIN: Final = 18.0
"""Millimetres of white around a page."""

WIDTH: Final = 210 - 2 * MARGIN
GREY: Final = (75, 85, 99)
INK: Final = (26, 31, 38)
LINE: Final = (170, 178, 189)
_FONT: Final = "sans"
_NEVER_FIRST: Final = frozenset("，。、；：！？）》」』”’】％…")  # a line does not begin with these
_LEADING: Final = 0.56  # millimetres of a line for each point of its text


@functools.cache
def _pages() -> type[FPDF]:
    """Give A4 pages with what stands at the foot of each. The library is large: only who prints loads it."""
    from fpdf import FPDF  # noqa: PLC0415

    class Page(FPDF):
        """`foot` stands below, with the number of the page."""

        foot = ""

        @override
        def footer(self) -> None:
            self.set_y(-13)
            self.set_font(_FONT, size=9)
            self.set_text_color(*GREY)
            self.cell(0, 5, f"{self.foot}    {self.page_no()} / {{nb}}", align="C")

    return Page


class Sheet:
    """A4 paper that is written on from top to bottom; sizes are points, distances millimetres."""

    def __init__(self, title: str, foot: str) -> None:
        """Begin a page; `title` names the file in a viewer, `foot` stands at the bottom of every page."""
        self.pdf = _pages()(format="A4")
        self.pdf.foot = foot  # type: ignore[attr-defined]  # our own subclass
        self.pdf.add_font(_FONT, fname=sans_path())
        self.pdf.set_margins(MARGIN, MARGIN, MARGIN)
        self.pdf.c_margin = 0
        self.pdf.set_auto_page_break(auto=True, margin=MARGIN)
        self.pdf.set_title(title)
        self.pdf.set_lang("zh-Hans")
        self.pdf.add_page()

    def text(self, text: str, *, size: float = 11, grey: bool = False, indent: float = 0, width: float = 0) -> None:
        """Write a paragraph, broken where Chinese may be broken; `width` 0 is all that is left."""
        self._look(size, grey=grey)
        for line in self._lines(text, width or WIDTH - indent):
            self.pdf.set_x(MARGIN + indent)
            self.pdf.cell(0, size * _LEADING, line, new_x="LMARGIN", new_y="NEXT")

    def title(self, text: str) -> None:
        """Write the title of the sheet in the middle."""
        self._look(20)
        self.pdf.cell(0, 12, text, align="C", new_x="LMARGIN", new_y="NEXT")

    def heading(self, text: str) -> None:
        """Begin a part; it stays with its first lines."""
        self.gap(3)
        if self.pdf.will_page_break(20):
            self.pdf.add_page()
        self.text(text, size=13)
        self.rule()

    def facts(self, rows: Iterable[tuple[str, str]], *, width: float = WIDTH) -> None:
        """Write what something is called and what it is, one row each."""
        for name, value in rows:
            top = self.pdf.get_y()
            self.text(name, size=10.5, grey=True, width=24)
            below = self.pdf.get_y()
            self.pdf.set_y(top)
            self.text(value, size=11, indent=26, width=width - 26)
            self.pdf.set_y(max(below, self.pdf.get_y()) + 0.8)

    def check(self, text: str, beside: str = "") -> None:
        """Write a line with a box to tick."""
        if self.pdf.will_page_break(14):
            self.pdf.add_page()
        self.pdf.set_draw_color(*INK)
        self.pdf.rect(MARGIN + 0.5, self.pdf.get_y() + 1.2, 3.6, 3.6)
        self.text(text, indent=7)
        if beside:
            self.text(beside, size=9.5, grey=True, indent=7)
        self.gap(0.8)

    def points(self, lines: Iterable[str]) -> None:
        """Write a list."""
        for line in lines:
            top = self.pdf.get_y()
            self.text("·", indent=1)
            if self.pdf.get_y() > top:
                self.pdf.set_y(top)
            self.text(line, indent=5)

    def qr(self, text: str, *, size: float = 34) -> None:
        """Draw a QR code at the right edge, from here downwards; the text beside it stays where it is."""
        matrix = segno.make(text, error="m").matrix
        module = size / len(matrix)
        left, top = MARGIN + WIDTH - size, self.pdf.get_y()
        self.pdf.set_fill_color(0, 0, 0)
        for row, cells in enumerate(matrix):
            for column, dark in enumerate(cells):
                if dark:
                    self.pdf.rect(left + column * module, top + row * module, module, module, style="F")

    def rule(self) -> None:
        """Draw a line across."""
        self.pdf.set_draw_color(*LINE)
        y = self.pdf.get_y() + 0.6
        self.pdf.line(MARGIN, y, MARGIN + WIDTH, y)
        self.gap(2)

    def gap(self, height: float) -> None:
        """Leave some millimetres."""
        self.pdf.set_y(self.pdf.get_y() + height)

    def down_to(self, y: float) -> None:
        """Go down to a height, or stay where it is passed already."""
        self.pdf.set_y(max(y, self.pdf.get_y()))

    @property
    def y(self) -> float:
        """How far down the page is written."""
        return float(self.pdf.get_y())

    def made(self) -> bytes:
        """Give the file."""
        return bytes(self.pdf.output())

    def _look(self, size: float, *, grey: bool = False) -> None:
        self.pdf.set_font(_FONT, size=size)
        self.pdf.set_text_color(*(GREY if grey else INK))

    def _lines(self, text: str, width: float) -> Iterator[str]:
        line, taken = "", 0.0
        for each in text:
            wide = self.pdf.get_string_width(each)
            if line and taken + wide > width and each not in _NEVER_FIRST:
                yield line
                line, taken = "", 0.0
            line, taken = line + each, taken + wide
        yield line
