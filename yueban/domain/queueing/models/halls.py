"""How a hall is run: its rules, the times of its queues, its counters."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from yueban.domain.queueing import rules


class CentreHall(models.Model):
    """How a centre runs its hall. Minutes and ages; what is empty is as the regulation in force has it."""

    centre = models.OneToOneField(
        "directory.Centre", primary_key=True, on_delete=models.CASCADE, verbose_name=_("中心")
    )
    arrived_booking = models.PositiveSmallIntegerField(_("到场预约提前（分钟）"), null=True, blank=True)
    statutory = models.PositiveSmallIntegerField(_("法定优先提前（分钟）"), null=True, blank=True)
    booked_online = models.PositiveSmallIntegerField(_("网上预约提前（分钟）"), null=True, blank=True)
    walk_in = models.PositiveSmallIntegerField(_("现场取号提前（分钟）"), null=True, blank=True)
    step = models.PositiveSmallIntegerField(_("次选队列每级推后（分钟）"), null=True, blank=True)
    missed = models.CharField(
        _("过号处理"),
        max_length=10,
        default=rules.MissedRule.ASIDE,
        choices=[
            (str(rules.MissedRule.ASIDE), _("留在窗口，来了再叫")),
            (str(rules.MissedRule.VOID), _("作废，重新取号")),
            (str(rules.MissedRule.AFTER), _("顺延若干个号")),
            (str(rules.MissedRule.END), _("排到队尾")),
        ],
    )
    missed_after = models.PositiveSmallIntegerField(_("过号顺延几个号"), default=3)
    missed_limit = models.PositiveSmallIntegerField(_("最多顺延几次"), default=2)
    recall_pause = models.PositiveSmallIntegerField(_("重呼间隔（秒）"), default=5)
    statutory_age = models.PositiveSmallIntegerField(
        _("老年人优先年龄"), null=True, blank=True, help_text=_("按证件出生日期；空着则只由导办人员认定")
    )
    unused = models.CharField(
        _("未到的预约名额何时给现场"),
        max_length=10,
        default=rules.UnusedPlaces.GRACE,
        choices=[
            (str(rules.UnusedPlaces.NEVER), _("不给")),
            (str(rules.UnusedPlaces.SLOT_START), _("时段开始后")),
            (str(rules.UnusedPlaces.GRACE), _("视为放弃后")),
        ],
    )
    more_time_places = models.PositiveSmallIntegerField(_("“我还要一会儿”往后几位"), default=3)
    notice_ahead = models.PositiveSmallIntegerField(_("前面还有几人时发短信"), default=3, help_text=_("0 为不发"))
    notice_call = models.BooleanField(_("叫号时给手机取号的人发短信"), default=True)
    overnight = models.DateField(_("哪天的队列留过夜"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = _("大厅规则")
        constraints = [
            models.CheckConstraint(
                condition=Q(missed__in=[str(each) for each in rules.MissedRule]), name="hall_missed_rule_known"
            ),
            models.CheckConstraint(
                condition=Q(unused__in=[str(each) for each in rules.UnusedPlaces]), name="hall_unused_rule_known"
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.centre_id}"


class QueueBand(models.Model):
    """A time of day in which a queue gives walk-in numbers, at most `quota` of them; a queue without bands always does."""

    queue = models.ForeignKey("directory.Queue", on_delete=models.CASCADE, verbose_name=_("队列"))
    starts = models.TimeField(_("从"))
    ends = models.TimeField(_("到"))
    quota = models.PositiveIntegerField(_("最多几个号"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("取号时间和数量")
        constraints = [
            models.UniqueConstraint(fields=["queue", "starts"], name="band_start_once_a_queue"),
            models.CheckConstraint(condition=Q(ends__gt=models.F("starts")), name="band_ends_after_its_start"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.starts:%H:%M}-{self.ends:%H:%M}"


class CounterState(models.Model):
    """Who works at a counter and whether it calls: open | paused | closed.

    `bookings_first` is the 「预约办理」 mode (R5.3): arrived bookings are called before anybody else.
    """

    counter = models.OneToOneField("directory.Counter", primary_key=True, on_delete=models.CASCADE)
    state = models.CharField(max_length=10, default="closed")
    staff = models.ForeignKey("people.Staff", null=True, on_delete=models.SET_NULL)
    since = models.DateTimeField()
    bookings_first = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["open", "paused", "closed"]), name="counter_state_known"),
            models.UniqueConstraint(fields=["staff"], condition=~Q(state="closed"), name="counter_once_a_clerk"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.counter_id} {self.state}"


class HelpCall(models.Model):
    """呼叫支援: a clerk asks for help without a word; one open call a counter."""

    centre = models.ForeignKey("directory.Centre", on_delete=models.CASCADE)
    counter = models.ForeignKey("directory.Counter", on_delete=models.CASCADE)
    by = models.CharField(max_length=100)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=100, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["counter"], condition=Q(answered_at=None), name="help_open_once_a_counter")
        ]

    @override
    def __str__(self) -> str:
        return f"{self.counter_id} {self.asked_at}"
