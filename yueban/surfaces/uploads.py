"""Files that come with a form: read into memory up to what a copy may hold, and not a byte further.

This handler holds for every form of the site. What is beyond the bound is read past and dropped, so that the page can
answer in words; neither memory nor disk ever holds it.
"""

from __future__ import annotations

from html import unescape
from io import BytesIO
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpResponse
from django.http.multipartparser import MultiPartParser
from typing_extensions import override

from yueban.domain.prereview.copies import EMPTY, MOST_BYTES, PATH, Kind, too_large
from yueban.kernel.errors import InvalidInput

if TYPE_CHECKING:
    from django.http import HttpRequest, QueryDict
    from django.utils.datastructures import MultiValueDict

    from yueban.domain.prereview.operations import Opened

_TOO_LARGE = "yueban.upload_too_large"
_PATH = "yueban.upload_with_a_path"


class _Parser(MultiPartParser):
    """Django's, which drops a path from a file's name; here it is noted as well, because no browser sends one."""

    path_seen = False

    @override
    def sanitize_file_name(self, file_name: str) -> str | None:
        """Give the last part of the name, None where there is none."""
        self.path_seen = self.path_seen or not {"/", "\\"}.isdisjoint(unescape(file_name))
        return super().sanitize_file_name(file_name)


class _Kept(FileUploadHandler):
    """Keep a file of a form in memory while it is small enough; skip the rest of one that is not."""

    @override
    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin with nothing."""
        super().new_file(*args, **kwargs)
        self.kept = BytesIO()

    @override
    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep a piece; raises `SkipFile` past the bound."""
        if start + len(raw_data) > MOST_BYTES:
            self.kept = BytesIO()
            if self.request is not None:
                self.request.META[_TOO_LARGE] = self.field_name
            raise SkipFile
        self.kept.write(raw_data)

    @override
    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        """Give the whole file under a name of our own: what the sender called it is not believed."""
        self.kept.seek(0)
        return InMemoryUploadedFile(
            self.kept, self.field_name, "file", self.content_type or "", file_size, self.charset, None
        )


class BoundedUpload(_Kept):
    """Read the forms of the site with our parser, their files within the bound."""

    @override
    def handle_raw_input(
        self, input_data: Any, META: dict[str, Any], content_length: int, boundary: Any, encoding: str | None = None
    ) -> tuple[QueryDict, MultiValueDict[str, Any]]:
        """Give fields and files; whether a file's name held a path stands in `META`."""
        del content_length, boundary  # the parser reads them from META itself
        parser = _Parser(META, input_data, [_Kept(self.request)], encoding)
        fields, files = parser.parse()
        META[_PATH] = parser.path_seen
        return fields, files


def content_of(request: HttpRequest, field: str = "file") -> bytes:
    """Give the bytes of the file that came.

    Raises `InvalidInput` on `file` for none, for one beyond the bound, and for one whose name holds a path.
    """
    found = request.FILES.get(field)
    if request.META.get(_PATH):
        raise InvalidInput("file", "path_in_name", PATH)
    if request.META.get(_TOO_LARGE) == field:
        raise too_large()
    if found is None:
        raise InvalidInput("file", "empty", EMPTY)
    content: bytes = found.read()
    return content


_QUIET = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_POLICIES = {
    Kind.PICTURE: f"{_QUIET}; img-src 'self' data:; style-src 'unsafe-inline'; sandbox",
    # Older browsers show no PDF inside a sandbox of this header; their viewer is one itself.
    Kind.PAPER: f"{_QUIET}; object-src 'self'; style-src 'unsafe-inline'",
}


def shown(opened: Opened) -> HttpResponse:
    """Answer with a copy: the type is what our check found, the name is ours, and nothing in it may act."""
    response = HttpResponse(opened.content, content_type=opened.content_type)
    response["Content-Disposition"] = f'inline; filename="{opened.name}"'
    response["Content-Security-Policy"] = _POLICIES[opened.kind]
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def kept_days() -> int:
    """Give for how many days after the visit copies are kept."""
    days: int = settings.COPY_DAYS
    return days
