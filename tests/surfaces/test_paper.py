"""A4 sheets: lines break where Chinese may be broken, pages follow each other, and the text reads back."""

from __future__ import annotations

import pypdfium2

from yueban.surfaces.paper import Sheet


def pages(sheet: Sheet) -> list[str]:
    document = pypdfium2.PdfDocument(sheet.made())
    return [str(document[n].get_textpage().get_text_range()) for n in range(len(document))]


def test_a_line_never_begins_with_what_ends_a_sentence() -> None:
    sheet = Sheet("样例", "样例中心")
    sheet.text("一二三四五六七八九十，" * 40)
    lines = [line for line in pages(sheet)[0].split() if "样例中心" not in line]
    assert len(lines) > 5
    assert [line for line in lines if line[0] in "，。；："] == []


def test_what_does_not_fit_goes_on_the_next_page_which_says_its_number() -> None:
    sheet = Sheet("样例", "样例中心")
    for n in range(60):
        sheet.check(f"材料{n}（原件 1 份）", "样例要求")
    found = pages(sheet)
    assert len(found) == 3
    assert [f"{n} / 3" in text for n, text in enumerate(found, start=1)] == [True] * 3
    assert all(f"材料{n}（原件 1 份）" in "".join(found) for n in range(60))


def test_rare_characters_of_names_are_in_the_font() -> None:
    sheet = Sheet("样例", "样例中心")
    sheet.facts([("姓名", "王喆镕堃㛃"), ("QR", "8264 1907")])
    sheet.qr("82641907.样例")
    assert "王喆镕堃㛃" in pages(sheet)[0]
