"""Files that applicants hand in, as real bytes: good ones, broken ones, and those that are something else besides."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from PIL import Image


def photo(width: int = 640, height: int = 480, *, form: str = "JPEG", colour: str = "teal", **options: object) -> bytes:
    """Give a photograph of one colour."""
    made = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(made, form, **options)
    return made.getvalue()


def photo_with_place() -> bytes:
    """Give a photograph whose metadata tell the telephone and where it was taken, lying on its side."""
    exif = Image.Exif()
    exif[0x0110] = "SAMPLE-PHONE"
    exif[0x0112] = 6  # turned by a quarter
    exif.get_ifd(0x8825)[1] = "N"
    return photo(640, 480, exif=exif)


def archive() -> bytes:
    """Give a zip archive with a program inside."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr("evil.exe", b"MZ" + b"x" * 100)
    return made.getvalue()


def chunk(kind: bytes, content: bytes) -> bytes:
    """Give a piece of a PNG."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """Give a PNG of some kilobytes whose picture would fill gigabytes."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b"\0" * (width * 3 + 1)) for _ in range(2_000)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def many_scans(scans: int) -> bytes:
    """Give a progressive JPEG whose last scan comes again and again."""
    whole = photo(64, 64, progressive=True)
    last = whole.rindex(b"\xff\xda")
    return whole[:last] + whole[last:-2] * scans + whole[-2:]


def paper(catalog: bytes = b"", *, body: bytes = b"", trailer: bytes = b"") -> bytes:
    """Give a PDF of one empty page; `catalog` is added to its catalogue, `body` to its objects."""
    return (
        b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R " + catalog + b" >>\nendobj\n"
        b"2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n"
        b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>\nendobj\n" + body + b"xref\n0 4\n"
        b"0000000000 65535 f \n0000000009 00000 n \n0000000060 00000 n \n0000000120 00000 n \n"
        b"trailer\n<< /Size 4 /Root 1 0 R " + trailer + b" >>\nstartxref\n200\n%%EOF\n"
    )


def packed_objects(content: bytes) -> bytes:
    """Give an object of a PDF that holds others, packed."""
    packed = zlib.compress(content)
    head = b"4 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n" % len(packed)
    return head + packed + b"\nendstream\nendobj\n"
