"""What is being booked: a matter, or a package by its lead matter (R5.2)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import Http404
from django.urls import reverse

from yueban.domain.directory import queries as directory

if TYPE_CHECKING:
    from yueban.domain.directory.models import Matter, Package


@dataclass(frozen=True, slots=True)
class Target:
    """A matter, and the package when that is what was asked for."""

    matter: "Matter"
    package: "Package | None" = None

    @property
    def name(self) -> str:
        """What the applicant calls it."""
        return self.package.name if self.package else self.matter.name

    @property
    def short_name(self) -> str:
        """The same, short."""
        return self.package.short_name if self.package else self.matter.short_name

    @property
    def code(self) -> str:
        """The code in addresses."""
        return self.package.code if self.package else self.matter.code

    @property
    def audience(self) -> str:
        """For whom it is: personal, enterprise or both."""
        return self.package.audience if self.package else self.matter.audience

    @property
    def guide_url(self) -> str:
        """The page that tells about it."""
        return reverse("portal:package" if self.package else "portal:matter", args=[self.code])

    @property
    def halls_url(self) -> str:
        """The page where a hall is chosen."""
        return reverse("portal:book-package" if self.package else "portal:book-matter", args=[self.code])

    def hours_url(self, centre: str) -> str:
        """The page where an hour is chosen."""
        return reverse("portal:hours-package" if self.package else "portal:hours-matter", args=[self.code, centre])


def target_of(code: str, *, package: bool) -> Target:
    """Give what an address names; 404 for anything else."""
    try:
        if package:
            found = directory.package(code)
            return Target(directory.matter(found.lead.code), found)
        return Target(directory.matter(code))
    except (directory.UnknownMatter, directory.UnknownPackage) as error:
        raise Http404 from error
