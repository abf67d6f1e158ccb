"""People and programs that act: applicants, staff, channels."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now  # noqa: TID251  rate limits and heartbeats live in real time
from django.utils.crypto import salted_hmac
from typing_extensions import override


class Person(models.Model):
    """An applicant, known by the certificate alone (R5.1). Every write that touches a person updates this row first.

    `certificate_index` is the keyed blind index of kind and number, `certificate_sealed` the sealed number;
    both begin with the id of their key. `suspended_until` is set by credit (R5.4) and tested inside the booking write.
    """

    certificate_kind = models.CharField(max_length=20)
    certificate_index = models.BinaryField()
    certificate_sealed = models.BinaryField()
    suspended_until = models.DateTimeField(null=True)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["certificate_index"], name="person_certificate_once")]

    @override
    def __str__(self) -> str:
        return f"person {self.pk}"


class Staff(AbstractUser):
    """A member of staff. `role` is one of people.rules.Role; it holds at `centre` (null: the whole county).

    A session ends when the password, the role, its place or `generation` changes; the last is counted up to end them all. `password_set_at` is null for a password that does not age (sample accounts). `reveals` counts
    the certificates looked at on `reveals_on`.
    """

    name = models.CharField(max_length=50)
    role = models.CharField(max_length=30)
    centre = models.ForeignKey("directory.Centre", null=True, blank=True, on_delete=models.PROTECT)
    department = models.ForeignKey("directory.Department", null=True, blank=True, on_delete=models.PROTECT)
    failures = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True, blank=True)
    must_change_password = models.BooleanField(default=False)
    password_set_at = models.DateTimeField(null=True, blank=True)
    generation = models.PositiveIntegerField(default=0, db_default=0)
    reveals_on = models.DateField(null=True, blank=True)
    reveals = models.PositiveIntegerField(default=0, db_default=0)

    @override
    def __str__(self) -> str:
        return self.username

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session is bound to: a change of password, role or place ends it at its next request."""
        bound = (self.password, self.role, self.centre_id, self.department_id, self.generation)
        text = "|".join(map(str, bound))
        return salted_hmac("people.Staff.sessions", text, secret=secret, algorithm="sha256").hexdigest()


class PasswordBefore(models.Model):
    """A password that somebody had, hashed, so that it is not taken again too soon."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE)
    password = models.CharField(max_length=128)
    at = models.DateTimeField()

    @override
    def __str__(self) -> str:
        return f"password of {self.staff_id} until {self.at}"


class StaffToken(models.Model):
    """An API token of a member of staff, kept as its digest."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE)
    digest = models.BinaryField(unique=True)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    @override
    def __str__(self) -> str:
        return f"token of {self.staff_id}"


class Channel(models.Model):
    """A program that books for applicants. Kinds onsite and phone book by the desk's rules; upstream reads the feed."""

    name = models.CharField(max_length=50, unique=True)
    kind = models.CharField(max_length=20)
    centre = models.ForeignKey("directory.Centre", null=True, blank=True, on_delete=models.PROTECT)
    digest = models.BinaryField(unique=True)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    @override
    def __str__(self) -> str:
        return self.name


class ChannelResponse(models.Model):
    """What a channel was answered to an Idempotency-Key, given again to the same request."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, db_index=False)
    key = models.CharField(max_length=200)
    request_digest = models.BinaryField()
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "key"], name="response_once_a_key")]

    @override
    def __str__(self) -> str:
        return f"{self.channel_id}:{self.key}"


class LoginCode(models.Model):
    """An SMS code for one phone: hashed, short-lived, few attempts."""

    phone_index = models.BinaryField()
    digest = models.BinaryField()
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)
    ip_index = models.BinaryField(null=True)

    class Meta:
        indexes = [models.Index(fields=["phone_index", "sent_at"], name="code_of_phone")]

    @override
    def __str__(self) -> str:
        return f"code {self.pk}"


class Rate(models.Model):
    """Requests of one key in one window of real time; the table is UNLOGGED (a migration sees to it)."""

    key = models.BinaryField()
    window = models.BigIntegerField()
    hits = models.IntegerField(default=1)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "window"], name="rate_once_a_window")]
        indexes = [models.Index(fields=["at"], name="rate_age")]

    @override
    def __str__(self) -> str:
        return f"{self.window}:{self.hits}"


class Heartbeat(models.Model):
    """A process of the stack says that it lives (readyz). Real time of the database, not the simulated clock."""

    name = models.CharField(max_length=30, primary_key=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="heartbeat_has_a_name")]

    @override
    def __str__(self) -> str:
        return self.name
