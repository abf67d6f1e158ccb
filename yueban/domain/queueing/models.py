"""Tickets and calls in a hall."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from yueban.domain.queueing import printing, readers, rules, screens

OPEN = ["waiting", "called", "serving", "parked"]
HELD = ["reserved", *OPEN]


class Numbering(models.Model):
    """The locked counter row that makes ticket numbers gapless for one queue, series and day."""

    queue = models.ForeignKey("directory.Queue", on_delete=models.CASCADE)
    series = models.CharField(max_length=1)
    date = models.DateField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["queue", "series", "date"], name="numbering_once_a_day")]

    @override
    def __str__(self) -> str:
        return f"{self.queue_id}{self.series} {self.last}"


class Ticket(models.Model):
    """号票. `series` is W (walk-in, `A001`) or Y (booked, `YA001`); `label` is what people see and hear.

    States: reserved (being printed) → waiting → called → serving → done; reserved → void; called → missed; serving ↔ parked; waiting → void (printing failed,
    appointment cancelled) or closed (end of day); rules.TRANSITIONS has them all. `number` is gapless within
    `numbering`, whose queue printed it; `queue` is where it waits now, another one after a transfer. `due_at` is the key of the calling order, fixed at issue.
    `rank_class` is arrived_booking | statutory | booked_online | walk_in. `remote` tickets were taken on a phone.
    `for_counter`: sent to one counter, no other calls it. `misses` counts missed calls, `more_time_at` is when its holder
    asked for more time, `told_at` when a message said that few are ahead; `foretold` is the estimate at issue, in minutes.
    `press` names the press of a button it came from, so that a press whose answer was lost gives the same number again.
    """

    centre = models.ForeignKey("directory.Centre", on_delete=models.PROTECT)
    queue = models.ForeignKey("directory.Queue", on_delete=models.PROTECT)
    date = models.DateField()
    series = models.CharField(max_length=1)
    numbering = models.ForeignKey(Numbering, on_delete=models.PROTECT)
    number = models.PositiveIntegerField()
    label = models.CharField(max_length=10)
    person = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT)
    appointment = models.ForeignKey("booking.Appointment", null=True, on_delete=models.PROTECT)
    matter = models.ForeignKey("directory.Matter", null=True, on_delete=models.PROTECT)
    rank_class = models.CharField(max_length=20)
    remote = models.BooleanField(default=False)
    issued_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, default="waiting")
    counter = models.ForeignKey("directory.Counter", null=True, on_delete=models.PROTECT)
    called_at = models.DateTimeField(null=True)
    served_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    recalls = models.PositiveSmallIntegerField(default=0)
    why = models.CharField(max_length=200, default="")
    outcome = models.CharField(max_length=20, default="")
    for_counter = models.ForeignKey("directory.Counter", null=True, on_delete=models.PROTECT, related_name="+")
    ground = models.CharField(max_length=10, default="")
    note = models.CharField(max_length=rules.LONGEST_NOTE, default="")
    misses = models.PositiveSmallIntegerField(default=0)
    recalled_at = models.DateTimeField(null=True)
    more_time_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    press = models.CharField(max_length=32, null=True)
    foretold = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["numbering", "number"], name="ticket_number_once"),
            models.UniqueConstraint(fields=["press"], name="ticket_once_a_press"),
            models.UniqueConstraint(
                fields=["appointment"],
                condition=Q(state__in=[*HELD, "done", "missed"]),
                name="ticket_once_an_appointment",
            ),
            models.UniqueConstraint(
                fields=["person", "queue", "date"],
                condition=Q(state__in=HELD),
                name="ticket_open_once_a_person_and_queue",
            ),
            models.UniqueConstraint(
                fields=["counter"], condition=Q(state__in=["called", "serving"]), name="ticket_one_in_service_a_counter"
            ),
            models.UniqueConstraint(
                fields=["counter"], condition=Q(state="parked"), name="ticket_one_parked_a_counter"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[*HELD, "done", "missed", "void", "closed"]), name="ticket_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["called", "serving"]) | Q(counter__isnull=False),
                name="ticket_in_service_has_a_counter",
            ),
        ]
        indexes = [
            models.Index(fields=["queue", "due_at", "number"], name="ticket_waiting", condition=Q(state="waiting")),
            models.Index(fields=["centre", "date", "state"], name="ticket_of_centre_day"),
        ]

    @override
    def __str__(self) -> str:
        return self.label

    @property
    def booked(self) -> bool:
        """Whether it was printed for an appointment; a booking counter calls no others."""
        return self.series == rules.BOOKED_SERIES


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


class Undo(models.Model):
    """How a ticket stood before its last missed call or transfer, for the few seconds in which it is taken back."""

    ticket = models.OneToOneField(Ticket, primary_key=True, on_delete=models.CASCADE)
    move = models.CharField(max_length=10)
    by = models.CharField(max_length=100)
    made_at = models.DateTimeField()
    state = models.CharField(max_length=10)
    queue = models.ForeignKey("directory.Queue", on_delete=models.CASCADE, related_name="+")
    counter = models.ForeignKey("directory.Counter", on_delete=models.CASCADE, related_name="+")
    for_counter = models.ForeignKey("directory.Counter", null=True, on_delete=models.CASCADE, related_name="+")
    called_at = models.DateTimeField()
    served_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField()
    misses = models.PositiveSmallIntegerField()
    appointment_status = models.CharField(max_length=20, default="")

    @override
    def __str__(self) -> str:
        return f"{self.ticket_id} {self.move}"


class Handling(models.Model):
    """One matter handled at a counter and how it ended (R4.2); a visit of several matters has several."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT)
    centre = models.ForeignKey("directory.Centre", on_delete=models.PROTECT)
    queue = models.ForeignKey("directory.Queue", on_delete=models.PROTECT)
    counter = models.ForeignKey("directory.Counter", on_delete=models.PROTECT)
    matter = models.ForeignKey("directory.Matter", null=True, on_delete=models.PROTECT, related_name="+")
    staff = models.ForeignKey("people.Staff", null=True, on_delete=models.PROTECT)
    date = models.DateField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    outcome = models.CharField(max_length=20)
    reason = models.CharField(max_length=300, default="")

    class Meta:
        indexes = [
            models.Index(fields=["counter", "ended_at"], name="handling_of_counter"),
            models.Index(fields=["queue", "date"], name="handling_of_queue_day"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.ticket_id} {self.outcome}"


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


class Wording(models.Model):
    """What the screens and loudspeakers of a hall say; an empty field leaves the usual words. Names: screens.NAMES."""

    centre = models.OneToOneField(
        "directory.Centre", primary_key=True, on_delete=models.CASCADE, verbose_name=_("中心")
    )
    called = models.CharField(_("叫号"), max_length=screens.LONGEST, blank=True, help_text=screens.CALLED)
    idle = models.CharField(_("空闲"), max_length=screens.LONGEST, blank=True, help_text=screens.IDLE)
    paused = models.CharField(_("暂停"), max_length=screens.LONGEST, blank=True, help_text=screens.PAUSED)

    class Meta:
        verbose_name = verbose_name_plural = _("大厅用语")

    @override
    def __str__(self) -> str:
        return f"{self.centre_id}"


class Screen(models.Model):
    """An existing window screen of a counter (N3.3). What it was last sent is kept, so that a restart goes on there.

    `position` is that of the newest call in the feed that it was sent for; `failed_at` is null while it answers.
    """

    counter = models.ForeignKey("directory.Counter", on_delete=models.CASCADE, verbose_name=_("窗口"))
    driver = models.CharField(
        _("驱动"), max_length=20, choices=[(each, each) for each in screens.DRIVERS], default="tcp-text"
    )
    address = models.CharField(_("地址"), max_length=200, blank=True, help_text=_("主机:端口；MQTT 填代理服务器"))
    encoding = models.CharField(
        _("编码"), max_length=10, choices=[(each, each) for each in screens.ENCODINGS], default="gb18030"
    )
    frame = models.CharField(
        _("报文格式"),
        max_length=200,
        blank=True,
        help_text=_("{text} 是文字；可写 \\r \\n \\x02；空着用驱动自己的格式"),
    )
    active = models.BooleanField(_("在用"), default=True)
    position = models.BigIntegerField(default=0, editable=False)
    shown = models.CharField(_("当前文字"), max_length=screens.LONGEST, default="", editable=False)
    shown_at = models.DateTimeField(_("显示时间"), null=True, editable=False)
    failed_at = models.DateTimeField(_("中断时间"), null=True, editable=False)
    error = models.CharField(_("故障"), max_length=200, default="", editable=False)

    class Meta:
        verbose_name = verbose_name_plural = _("窗口屏")
        constraints = [
            models.UniqueConstraint(fields=["counter", "driver", "address"], name="screen_once_a_counter_and_address"),
            models.CheckConstraint(
                condition=Q(driver="web") | ~Q(address=""), name="screen_has_an_address_unless_it_is_a_page"
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.driver} {self.address}"


class Printer(models.Model):
    """A slip printer. `browser`: the terminal's own, which only its page can reach; here its paper is counted.

    `left` is how many slips the roll still gives, null where nobody counts. `reports`: it answers when it is asked for
    its state, so a slip counts as printed only when it says so.
    """

    centre = models.ForeignKey("directory.Centre", on_delete=models.CASCADE, verbose_name=_("中心"))
    name = models.CharField(_("名称"), max_length=50)
    driver = models.CharField(
        _("驱动"), max_length=20, choices=[(each, each) for each in printing.DRIVERS], default="escpos"
    )
    address = models.CharField(_("地址"), max_length=200, blank=True, help_text=_("主机:端口，例如 192.168.1.60:9100"))
    paper = models.PositiveSmallIntegerField(
        _("纸宽（毫米）"), choices=[(each, str(each)) for each in printing.PAPERS], default=80
    )
    reports = models.BooleanField(_("能回报状态"), default=True)
    draws_qr = models.BooleanField(_("自带二维码指令"), default=True)
    roll = models.PositiveIntegerField(_("一卷能打几张"), default=400)
    low = models.PositiveIntegerField(_("剩几张时提醒"), default=40)
    left = models.PositiveIntegerField(_("还能打几张"), null=True, blank=True)
    active = models.BooleanField(_("在用"), default=True)
    failed_at = models.DateTimeField(_("故障时间"), null=True, editable=False)
    error = models.CharField(_("故障"), max_length=20, default="", editable=False)

    class Meta:
        verbose_name = verbose_name_plural = _("打印机")
        constraints = [
            models.UniqueConstraint(fields=["centre", "name"], name="printer_name_once_a_centre"),
            models.CheckConstraint(
                condition=Q(driver="browser") | ~Q(address=""), name="printer_has_an_address_unless_the_page_prints"
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.name


class Reader(models.Model):
    """How the terminals of a hall reach their ID-card reader, where it is no keyboard wedge: a service on the terminal.

    `number_path` and `name_path` say where in its JSON the fields are (`data.idNum`); empty: the usual names.
    """

    centre = models.OneToOneField(
        "directory.Centre", primary_key=True, on_delete=models.CASCADE, verbose_name=_("中心")
    )
    transport = models.CharField(
        _("方式"), max_length=10, choices=[(each, each) for each in readers.TRANSPORTS], default="websocket"
    )
    url = models.CharField(
        _("地址"), max_length=200, help_text=_("例如 ws://127.0.0.1:8899 或 http://127.0.0.1:8899/read")
    )
    trigger = models.CharField(_("开始读卡的指令"), max_length=500, blank=True)
    number_path = models.CharField(_("证件号所在字段"), max_length=100, blank=True)
    name_path = models.CharField(_("姓名所在字段"), max_length=100, blank=True)
    poll_ms = models.PositiveIntegerField(_("查询间隔（毫秒）"), default=800)

    class Meta:
        verbose_name = verbose_name_plural = _("读卡器")

    @override
    def __str__(self) -> str:
        return self.url
