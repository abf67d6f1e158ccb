"""Teams that go out, and their visits. A visit's own appointment says who, what, when and where it stands."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _
from typing_extensions import override


class Team(models.Model):
    """上门小组: people of a department at a centre who go out together. Retired, never deleted."""

    centre = models.ForeignKey("directory.Centre", on_delete=models.PROTECT, verbose_name=_("中心"))
    department = models.ForeignKey("directory.Department", on_delete=models.PROTECT, verbose_name=_("部门"))
    name = models.CharField(_("名称"), max_length=30)
    members = models.CharField(_("成员"), max_length=200, blank=True)
    active = models.BooleanField(_("在用"), default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["centre", "department", "name"], name="team_name_once")]

    @override
    def __str__(self) -> str:
        return self.name


class Visit(models.Model):
    """上门办 or 现场查验 (R3.4): what its appointment does not say.

    `busy` is what the visit takes of its team: the appointment's time with `travel_minutes` before and after; `live` is
    whether the appointment holds its place. A trigger keeps both as the appointment has them, whoever moves or cancels it,
    so that the constraint below can be trusted. `round` counts the times that were told to the applicant: an answer to
    an earlier one is none. Address, evidence and wish are sealed.
    """

    appointment = models.OneToOneField("booking.Appointment", on_delete=models.PROTECT)
    team = models.ForeignKey(Team, on_delete=models.PROTECT)
    region = models.ForeignKey("directory.Region", on_delete=models.PROTECT)
    origin = models.CharField(max_length=10)
    ground = models.CharField(max_length=20)
    evidence_sealed = models.BinaryField()
    address_sealed = models.BinaryField()
    travel_minutes = models.PositiveSmallIntegerField()
    busy = DateTimeRangeField()
    live = models.BooleanField(default=True, db_default=True)
    round = models.PositiveSmallIntegerField(default=1, db_default=1)
    expires_at = models.DateTimeField(null=True)
    wish_sealed = models.BinaryField(null=True)
    wished_at = models.DateTimeField(null=True)
    result = models.CharField(max_length=12, default="", db_default="")

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="visit_team_once_at_a_time",
                expressions=[
                    # As the appointment's: a range of one id instead of "=", because no extension may be needed.
                    (Func(F("team"), F("team"), Value("[]"), function="int8range"), RangeOperators.OVERLAPS),
                    ("busy", RangeOperators.OVERLAPS),
                ],
                condition=Q(live=True),
            ),
            models.CheckConstraint(condition=Q(origin__in=["applicant", "department"]), name="visit_origin_known"),
            models.CheckConstraint(condition=Q(travel_minutes__lte=240), name="visit_travels_four_hours_at_most"),
        ]

    @override
    def __str__(self) -> str:
        return f"visit {self.pk}"
