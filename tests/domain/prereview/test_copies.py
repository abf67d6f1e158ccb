"""What is taken as a copy of a material, by its bytes: real files, good and bad (R3.5)."""

from __future__ import annotations

import io

import pytest
from PIL import ExifTags, Image

from tests.papers import archive, bomb, many_scans, packed_objects, paper, photo, photo_with_place
from yueban.domain.prereview.copies import MOST_BYTES, Copy, Kind, read_copy
from yueban.kernel.errors import InvalidInput


def refused(content: bytes) -> str:
    """Give the code of the refusal; its words must be there."""
    with pytest.raises(InvalidInput) as caught:
        read_copy(content)
    error = caught.value.errors[0]
    assert error.field == "file"
    assert error.text().endswith("。")
    return error.code


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_r3_5_a_photograph_is_drawn_anew_as_a_jpeg_of_the_same_size(form: str) -> None:
    copy = read_copy(photo(form=form))
    assert copy.kind is Kind.PICTURE
    with Image.open(io.BytesIO(copy.content)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (640, 480))


def test_a_photograph_is_turned_upright_and_loses_the_place_and_the_phone() -> None:
    content = photo_with_place()
    assert b"SAMPLE-PHONE" in content
    copy = read_copy(content)
    assert b"SAMPLE-PHONE" not in copy.content
    with Image.open(io.BytesIO(copy.content)) as picture:
        assert picture.size == (480, 640)
        assert not picture.getexif()


def test_a_photograph_whose_notes_are_broken_is_turned_all_the_same() -> None:
    notes = Image.Exif()
    notes[ExifTags.Base.Orientation], notes[ExifTags.Base.XResolution] = 6, 72.0
    plain = notes.tobytes()
    broken = plain.replace(b"\x01\x1a\x00\x05", b"\x01\x1a\x00\x02").replace(b"\x1a\x01\x05\x00", b"\x1a\x01\x02\x00")
    assert broken != plain, "the resolution is called a text now"
    made = io.BytesIO()
    Image.new("RGB", (40, 30)).save(made, "JPEG", exif=broken)
    with Image.open(io.BytesIO(read_copy(made.getvalue()).content)) as picture:
        assert picture.size == (30, 40)


def test_a_large_photograph_is_kept_at_two_hundred_dots_an_inch_of_a_page() -> None:
    with Image.open(io.BytesIO(read_copy(photo(8000, 4000)).content)) as picture:
        assert picture.size == (2600, 1300)


def test_a_clear_ground_becomes_white() -> None:
    made = io.BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(made, "PNG")
    with Image.open(io.BytesIO(read_copy(made.getvalue()).content)) as picture:
        assert picture.getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["L", "P", "CMYK", "1", "I;16", "LA"])
def test_every_kind_of_picture_that_a_scanner_makes_is_taken(mode: str) -> None:
    made = io.BytesIO()
    Image.new(mode, (30, 20)).save(made, "JPEG" if mode == "CMYK" else "PNG")
    assert read_copy(made.getvalue()).kind is Kind.PICTURE


def test_what_a_phone_appends_to_its_photograph_is_no_offence_and_is_not_kept() -> None:
    moving = photo() + b"\x00\x00\x00\x18ftypmp42" + b"film" * 1000
    assert b"film" not in read_copy(moving).content


def test_a_paper_is_kept_as_it_is() -> None:
    assert read_copy(paper()) == Copy(Kind.PAPER, paper())
    packed = paper(body=packed_objects(b"<< /Type /Page >>"))
    assert read_copy(packed) == Copy(Kind.PAPER, packed)


def test_an_empty_file_is_refused() -> None:
    assert refused(b"") == "empty"


def test_the_bound_is_ten_megabytes_to_the_byte() -> None:
    content = photo()
    assert read_copy(content + b"\0" * (MOST_BYTES - len(content))).kind is Kind.PICTURE
    assert refused(content + b"\0" * (MOST_BYTES - len(content) + 1)) == "too_large"


@pytest.mark.parametrize(
    "content",
    [
        archive(),
        b"MZ\x90\x00 a program",
        b"GIF89a" + b"\0" * 100,
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"just words",
        b"\xff\xd8",
        b"\xef\xbb\xbf%PDF-1.4",
        b"\n" + paper(),
        b"RIFF\0\0\0\0WEBP",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 an old document",
    ],
    ids=["zip", "program", "gif", "svg", "text", "two-bytes", "bom-pdf", "late-pdf", "webp", "doc"],
)
def test_a_wrong_type_is_refused(content: bytes) -> None:
    assert refused(content) == "wrong_type"


def test_a_photograph_of_an_iphone_is_told_how_to_come() -> None:
    assert refused(b"\0\0\0\x18ftypheic" + b"\0" * 100) == "heic"


def test_a_small_file_with_a_giant_picture_is_refused_before_it_is_unpacked() -> None:
    content = bomb()
    assert len(content) < 1024 * 1024
    assert refused(content) == "too_many_pixels"
    assert refused(bomb(9_000, 6_000)) == "too_many_pixels"


def test_a_progressive_picture_of_thousands_of_scans_is_refused() -> None:
    assert read_copy(many_scans(1)).kind is Kind.PICTURE
    assert refused(many_scans(3_000)) == "broken_picture"


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.95])
@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_a_truncated_picture_is_refused(form: str, kept: float) -> None:
    made = io.BytesIO()
    Image.effect_noise((300, 200), 90).save(made, form)
    content = made.getvalue()
    assert refused(content[: int(len(content) * kept)]) == "broken_picture"


@pytest.mark.parametrize(
    "content",
    [
        photo() + archive(),
        photo(form="PNG") + archive(),
        paper() + archive(),
        photo() + paper(),
        photo(comment=b"<script>alert(1)</script>"),
        photo(comment=b"<HTML><body>"),
        photo() + b"<?php system($_GET[0]);",
        photo() + b"Rar!\x1a\x07\x01\x00",
        paper().replace(b"trailer", b"<script>alert(1)</script>\ntrailer"),
        paper() + paper(),
    ],
    ids=[
        "zip-in-jpg",
        "zip-in-png",
        "zip-in-pdf",
        "pdf-in-jpg",
        "script-in-jpg",
        "page-in-jpg",
        "php",
        "rar",
        "pdf-page",
        "two",
    ],
)
def test_a_file_that_is_something_else_besides_is_refused(content: bytes) -> None:
    assert refused(content) == "mixed"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (paper(b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"), "acting_paper"),
        (paper(b"/OpenAction << /S /#4aavaScript /J#53 (app.alert(1)) >>"), "acting_paper"),
        (paper(b"/OpenAction << /S /Launch /F (cmd.exe) >>"), "acting_paper"),
        (paper(b"/Names << /EmbeddedFiles 5 0 R >>"), "acting_paper"),
        (paper(b"/AcroForm << /XFA 5 0 R >>"), "acting_paper"),
        (paper(body=packed_objects(b"<< /S /JavaScript /JS (x) >>")), "acting_paper"),
        (paper(trailer=b"/Encrypt 9 0 R"), "locked_paper"),
        (paper()[:-8], "broken_paper"),
        (paper() + b"more", "broken_paper"),
        (b"%PDF-1.4\nnothing at all\n%%EOF", "broken_paper"),
        (b"%PDF-9.9\n" + paper()[9:], "broken_paper"),
        (paper(body=packed_objects(b"\0" * (41 * 1024 * 1024))), "broken_paper"),
        (
            paper(body=b"4 0 obj\n<< /Type /ObjStm /Filter /LZWDecode >>\nstream\nxyz\nendstream\nendobj\n"),
            "broken_paper",
        ),
    ],
    ids=[
        "js",
        "hidden-js",
        "launch",
        "files",
        "xfa",
        "packed-js",
        "locked",
        "cut",
        "tail",
        "empty",
        "version",
        "bomb",
        "lzw",
    ],
)
def test_a_paper_that_acts_or_hides_is_refused(content: bytes, why: str) -> None:
    assert refused(content) == why


def test_a_picture_inside_a_paper_may_look_like_anything() -> None:
    image = b"4 0 obj\n<< /Type /XObject /Length 20 >>\nstream\n\x01/JS \x02/Launch \x03\nendstream\nendobj\n"
    assert read_copy(paper(body=image)).kind is Kind.PAPER
