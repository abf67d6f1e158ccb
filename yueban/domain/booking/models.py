"""Appointments. What each status holds is the architecture's table; the constraints below are its executable half."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from typing_extensions import override

HOLDS_NO_PLACE = ["late_cancelled", "cancelled", "counter_cancelled", "rejected"]
HOLDS_NO_DAY = ["cancelled", "counter_cancelled", "rejected"]


class Appointment(models.Model):
    """预约: who, how to reach them, what, and when (R1.1).

    `channel_kind` is onsite | phone | online and decides which rules hold; `channel` is the name of the program or
    desk that took it. `ordinal` is which of the person's bookings of the day this is (R5.2), null for inspections
    that a department started. `regulation` is the one it was made under. `present_at` is the first moment the
    applicant was known to be in the hall (到场登记, a ticket taken there, or acceptance).

    `place` says where (rules.Place). Only `counter` has a slot; everything else has a time of its own in `during`, and
    `queue` is then the one that handles the matter at the centre. `phone_index` and `phone_sealed` are empty when there
    is no telephone to tell (R4.1.1).
    """

    code = models.CharField(max_length=12)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, db_index=False)
    name = models.CharField(max_length=50)
    phone_index = models.BinaryField()
    phone_sealed = models.BinaryField()
    organisation = models.CharField(max_length=100, default="", db_default="")
    uscc = models.CharField(max_length=18, default="", db_default="")
    matter = models.ForeignKey("directory.Matter", on_delete=models.PROTECT, db_index=False)
    package = models.ForeignKey("directory.Package", null=True, on_delete=models.PROTECT, db_index=False)
    centre = models.ForeignKey("directory.Centre", on_delete=models.PROTECT, db_index=False)
    queue = models.ForeignKey("directory.Queue", on_delete=models.PROTECT, db_index=False)
    slot = models.ForeignKey("calendar.Slot", null=True, on_delete=models.PROTECT, db_index=False)
    place = models.CharField(max_length=10, default="counter", db_default="counter")
    service_date = models.DateField()
    during = DateTimeRangeField()
    ordinal = models.PositiveSmallIntegerField(null=True)
    day_limit = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=20)
    channel_kind = models.CharField(max_length=10)
    channel = models.ForeignKey("people.Channel", null=True, on_delete=models.PROTECT, db_index=False)
    regulation = models.ForeignKey("regulation.Regulation", on_delete=models.PROTECT, db_index=False)
    guide_version = models.PositiveIntegerField(default=1, db_default=1)
    booked_at = models.DateTimeField()
    present_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=20, default="", db_default="")
    outcome_reason = models.CharField(max_length=300, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code"], name="appointment_code_once"),
            models.UniqueConstraint(
                fields=["person", "service_date", "ordinal"],
                condition=~Q(status__in=HOLDS_NO_DAY),
                name="appointment_daily_limit",
            ),
            models.CheckConstraint(
                condition=Q(ordinal__gte=1, ordinal__lte=F("day_limit")), name="appointment_ordinal_in_limit"
            ),
            models.CheckConstraint(
                condition=Q(channel_kind__in=["onsite", "phone", "online"]), name="appointment_channel_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(place="counter", slot__isnull=False)
                | Q(place__in=["urgent", "home_visit", "inspection"], slot__isnull=True),
                name="appointment_slot_only_at_the_counter",
            ),
            ExclusionConstraint(
                name="appointment_overlapping",
                expressions=[
                    # A range of one id instead of "=": plain GiST knows ranges, and no extension is needed.
                    (Func(F("person"), F("person"), Value("[]"), function="int8range"), RangeOperators.OVERLAPS),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=~Q(status__in=HOLDS_NO_PLACE),
            ),
        ]
        # Written in the booking statement, so no index beyond those that are read by: a foreign key alone has none.
        indexes = [
            models.Index(fields=["phone_index", "service_date"], name="appointment_of_phone"),
            models.Index(fields=["person", "service_date"], name="appointment_of_person"),
            models.Index(fields=["slot"], name="appointment_of_slot"),
            models.Index(
                fields=["service_date", "id"],
                name="appointment_to_sweep",
                condition=Q(status__in=["booked", "ticketed", "missed"]),
            ),
            models.Index(fields=["centre", "service_date"], name="appointment_of_centre_day"),
        ]

    @override
    def __str__(self) -> str:
        return self.code


class Rebooking(models.Model):
    """`new` replaces `old`, which a counter cancelled: the link in its message was used, and works once (R4.3)."""

    old = models.ForeignKey(Appointment, on_delete=models.PROTECT, db_index=False, related_name="+")
    new = models.ForeignKey(Appointment, on_delete=models.PROTECT, db_index=False, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["old"], name="rebooked_once")]

    @override
    def __str__(self) -> str:
        return f"{self.old_id} → {self.new_id}"


class PackageTask(models.Model):
    """A member matter of a package, pushed to its department when the lead was booked (R5.2).

    `state` moves along rules.tasks; `reason` says why it was returned, `changed_at` when it got where it stands (null:
    since it was pushed).
    """

    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE)
    matter = models.ForeignKey("directory.Matter", on_delete=models.PROTECT)
    department = models.ForeignKey("directory.Department", on_delete=models.PROTECT)
    state = models.CharField(max_length=12, default="pushed", db_default="pushed")
    reason = models.CharField(max_length=300, default="", db_default="")
    changed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["appointment", "matter"], name="package_task_once"),
            models.CheckConstraint(
                condition=Q(state__in=["pushed", "in_progress", "done", "returned", "withdrawn"]),
                name="package_task_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state="returned") | ~Q(reason=""), name="package_task_returned_with_reason"
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.appointment_id}:{self.matter_id}"


class CallRequest(models.Model):
    """A call that 总咨询台 took and a counter of the matter's department answers (R4.1.2).

    Name, phone and note are sealed. `asked_at` is the moment of the call, which counts for the cut-off (R4.0); `due_at`
    and `warn_at` follow from it. `claimed_by` is who calls back at this moment, so that nobody is called by two.
    `warned_at` and `overdue_at` say that the manager was told, once each. `press` names one press of the button.
    """

    centre = models.ForeignKey("directory.Centre", on_delete=models.PROTECT, db_index=False)
    department = models.ForeignKey("directory.Department", on_delete=models.PROTECT, db_index=False)
    matter = models.ForeignKey("directory.Matter", on_delete=models.PROTECT, db_index=False)
    name_sealed = models.BinaryField()
    phone_index = models.BinaryField()
    phone_sealed = models.BinaryField()
    note_sealed = models.BinaryField()
    wanted_on = models.DateField(null=True)
    wanted_part = models.CharField(max_length=2, default="")
    asked_at = models.DateTimeField()
    taken_by = models.CharField(max_length=100)
    due_at = models.DateTimeField()
    warn_at = models.DateTimeField()
    state = models.CharField(max_length=12, default="waiting")
    claimed_by = models.CharField(max_length=100, default="")
    claimed_at = models.DateTimeField(null=True)
    again_at = models.DateTimeField(null=True)
    warned_at = models.DateTimeField(null=True)
    overdue_at = models.DateTimeField(null=True)
    appointment = models.ForeignKey(Appointment, null=True, on_delete=models.PROTECT)
    closed_at = models.DateTimeField(null=True)
    closed_reason = models.CharField(max_length=20, default="")
    press = models.CharField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["press"], name="call_pressed_once"),
            models.CheckConstraint(
                condition=Q(state="waiting", appointment=None, closed_reason="")
                | Q(state="registered", appointment__isnull=False, closed_reason="")
                | (Q(state="closed", appointment=None) & ~Q(closed_reason="")),
                name="call_ends_registered_or_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(claimed_by="", claimed_at=None) | (~Q(claimed_by="") & Q(claimed_at__isnull=False)),
                name="call_claimed_by_somebody_at_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["centre", "due_at"], name="call_waiting", condition=Q(state="waiting")),
            models.Index(fields=["phone_index"], name="call_of_phone"),
        ]

    @override
    def __str__(self) -> str:
        return f"call {self.pk}"


class CallAttempt(models.Model):
    """A try to call back that ended without an appointment: nobody answered, a wrong number, or call again at a time."""

    call = models.ForeignKey(CallRequest, on_delete=models.CASCADE)
    at = models.DateTimeField()
    by = models.CharField(max_length=100)
    result = models.CharField(max_length=20)
    again_at = models.DateTimeField(null=True)

    @override
    def __str__(self) -> str:
        return f"{self.call_id}:{self.result}"
