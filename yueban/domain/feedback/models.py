"""Ratings of handlings."""

from django.db import models
from django.db.models import Q
from typing_extensions import override


class Rating(models.Model):
    """One rating of one handling, bound to ticket, counter, matter and clerk (R5.5.3); it names no rater."""

    handling = models.OneToOneField("queueing.Handling", on_delete=models.PROTECT)
    centre = models.ForeignKey("directory.Centre", on_delete=models.PROTECT)
    counter = models.ForeignKey("directory.Counter", on_delete=models.PROTECT)
    matter = models.ForeignKey("directory.Matter", null=True, on_delete=models.PROTECT)
    staff = models.ForeignKey("people.Staff", null=True, on_delete=models.PROTECT)
    level = models.PositiveSmallIntegerField()
    reasons = models.JSONField(default=list)
    source = models.CharField(max_length=10, default="device")
    rated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=5), name="rating_has_one_of_five_levels")
        ]
        indexes = [models.Index(fields=["centre", "rated_at"], name="rating_of_centre")]

    @override
    def __str__(self) -> str:
        return f"{self.handling_id}: {self.level}"
