"""What was found of the materials of an appointment beforehand, and the copies that were handed in (R3.5)."""

from django.db import models
from django.db.models import Q
from typing_extensions import override

from yueban.domain.prereview.rules import MOST_COPIES


class Review(models.Model):
    """预审 of one appointment, made with the first copy or mark. Its row is the lock over everything below it.

    `materials` is the checklist as the applicant was told it, so that a later guide changes nothing here. `revision`
    counts every change: a review that was written beside an upload is noticed by it. `told_at` is when the outcome
    last went out.
    """

    appointment = models.OneToOneField("booking.Appointment", on_delete=models.CASCADE)
    materials = models.JSONField()
    revision = models.PositiveIntegerField(default=0)
    handed_in_at = models.DateTimeField(null=True)
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.CharField(max_length=100, default="")
    outcome = models.CharField(max_length=10, default="")
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="", reviewed_at=None)
                | Q(outcome__in=["passed", "to_fix"], reviewed_at__isnull=False),
                name="review_outcome_known",
            )
        ]

    @override
    def __str__(self) -> str:
        return f"review of {self.appointment_id}"


class MaterialMark(models.Model):
    """What a clerk found of one material of the checklist, with the advice."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE)
    material = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10)
    advice = models.CharField(max_length=200, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "material"], name="mark_once_a_material"),
            models.CheckConstraint(condition=Q(state__in=["ok", "to_fix", "missing"]), name="mark_state_known"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.review_id}:{self.material} {self.state}"


class HandedIn(models.Model):
    """A copy of a material that the applicant handed in: sealed as a whole, and nothing of its name is kept.

    `fingerprint` knows the same file again; `place` is which of the appointment's bounded number it is.
    """

    review = models.ForeignKey(Review, on_delete=models.CASCADE, db_index=False)
    material = models.PositiveSmallIntegerField()
    place = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10)
    size = models.PositiveIntegerField()
    content_sealed = models.BinaryField()
    fingerprint = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "material", "fingerprint"], name="copy_once_a_material"),
            models.UniqueConstraint(fields=["review", "place"], name="copy_has_its_place"),
            models.CheckConstraint(condition=Q(place__gte=1, place__lte=MOST_COPIES), name="copies_bounded"),
            models.CheckConstraint(condition=Q(kind__in=["picture", "paper"]), name="copy_kind_known"),
        ]

    @override
    def __str__(self) -> str:
        return f"copy {self.pk}"
