"""The machines of a hall: what it shows and says, screens, printers, card readers, terminals."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from yueban.domain.queueing import printing, readers, screens


class Wording(models.Model):
    """What the screens and loudspeakers of a hall say; an empty field leaves the usual words. Names: screens.NAMES."""

    centre = models.OneToOneField(
        "directory.Centre", primary_key=True, on_delete=models.CASCADE, verbose_name=_("中心")
    )
    called = models.CharField(_("叫号"), max_length=screens.LONGEST, blank=True, help_text=screens.CALLED)
    idle = models.CharField(_("空闲"), max_length=screens.LONGEST, blank=True, help_text=screens.IDLE)
    paused = models.CharField(_("暂停"), max_length=screens.LONGEST, blank=True, help_text=screens.PAUSED)
    notices = models.TextField(
        _("大屏通知"), max_length=1000, blank=True, help_text=_("每行一条，在大屏底部轮流显示，每条不超过 30 字")
    )

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


class Terminal(models.Model):
    """A browser that asks to be a terminal: it shows `code`, an administrator confirms it and says where it stands.

    `token_digest` finds it again by its cookie; `retired_at` ends it from afar.
    """

    code = models.CharField(max_length=6)
    token_digest = models.BinaryField(max_length=32, unique=True)
    asked_at = models.DateTimeField()
    centre = models.ForeignKey("directory.Centre", null=True, on_delete=models.CASCADE)
    printer = models.ForeignKey("queueing.Printer", null=True, on_delete=models.SET_NULL)
    name = models.CharField(max_length=50, default="")
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.CharField(max_length=100, default="")
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=Q(confirmed_at=None), name="terminal_code_once"),
            models.CheckConstraint(
                condition=Q(confirmed_at=None) | Q(centre__isnull=False), name="terminal_confirmed_stands_somewhere"
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.name or self.code
