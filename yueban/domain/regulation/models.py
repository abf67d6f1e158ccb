"""The regulation as records: another county, or an amendment, is a new row and not a new program."""

from django.db import models
from typing_extensions import override


class Regulation(models.Model):
    """One regulation, in force from 00:00 of `effective_from` until the next one's date."""

    title = models.CharField(max_length=200)
    number = models.CharField(max_length=100)
    effective_from = models.DateField(unique=True)
    parameters = models.JSONField()
    clauses = models.JSONField()

    @override
    def __str__(self) -> str:
        return self.number


class Revision(models.Model):
    """One row whose number grows with every change of reference data, so that caches know when they are stale."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField(default=1)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="revision_is_one_row")]

    @override
    def __str__(self) -> str:
        return str(self.number)
