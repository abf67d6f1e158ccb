"""The county: who serves where, and what can be done there."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

LEVELS = {
    "province": _("省"),
    "city": _("市"),
    "county": _("县"),
    "township": _("乡镇（街道）"),
    "village": _("村（社区）"),
}
AUDIENCES = {"personal": _("个人"), "enterprise": _("企业"), "both": _("个人和企业")}
HANDLINGS = {"immediate": _("即办件"), "promised": _("承诺件")}
SCOPES = {
    "none": _("本地办理"),
    "county": _("全县通办"),
    "province": _("全省通办"),
    "cross_province": _("跨省通办"),
    "national": _("全国通办"),
}


class Region(models.Model):
    """行政区划: a county or one of its townships."""

    code = models.CharField(_("代码"), max_length=12, unique=True)
    name = models.CharField(_("名称"), max_length=50)
    level = models.CharField(_("级别"), max_length=10, choices=LEVELS)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, verbose_name=_("上级"))
    active = models.BooleanField(_("在用"), default=True)

    class Meta:
        verbose_name = verbose_name_plural = _("行政区划")

    @override
    def __str__(self) -> str:
        return self.name


class Department(models.Model):
    """部门."""

    code = models.CharField(_("代码"), max_length=50, unique=True)
    name = models.CharField(_("名称"), max_length=100)
    short_name = models.CharField(_("简称"), max_length=20)
    supervised_by = models.CharField(_("上级或主管单位"), max_length=100, blank=True)
    active = models.BooleanField(_("在用"), default=True)
    order = models.PositiveIntegerField(_("次序"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("部门")

    @override
    def __str__(self) -> str:
        return self.name


class Centre(models.Model):
    """政务服务中心 or 便民服务中心. `supervisor` answers complaints of its level (R5.5.1)."""

    code = models.CharField(_("代码"), max_length=50, unique=True)
    name = models.CharField(_("名称"), max_length=100)
    short_name = models.CharField(_("简称"), max_length=20)
    level = models.CharField(_("级别"), max_length=10, choices=LEVELS)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, verbose_name=_("行政区划"))
    address = models.CharField(_("地址"), max_length=200)
    phone = models.CharField(_("总咨询台电话"), max_length=30)
    supervisor = models.CharField(_("监督机构"), max_length=100)
    active = models.BooleanField(_("在用"), default=True)
    order = models.PositiveIntegerField(_("次序"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("中心")

    @override
    def __str__(self) -> str:
        return self.name


class Queue(models.Model):
    """队列: people who wait for the same kind of counter, at one centre.

    `demand` is the assumed load in service minutes of a normal day (null: unknown); it weighs how a counter's
    minutes are shared. `walk_in_share` is the part of the capacity kept from booking.
    """

    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, verbose_name=_("中心"))
    code = models.CharField(_("代码"), max_length=50)
    name = models.CharField(_("名称"), max_length=50)
    prefix = models.CharField(_("票号前缀"), max_length=2)
    departments = models.ManyToManyField(Department, verbose_name=_("部门"))
    service_minutes = models.DecimalField(_("办理时长（分钟）"), max_digits=6, decimal_places=2)
    bookable = models.BooleanField(_("可预约"))
    walk_in_share = models.DecimalField(_("留给现场的比例"), max_digits=4, decimal_places=3)
    demand = models.DecimalField(_("平常一天的办理分钟数"), max_digits=9, decimal_places=2, null=True)
    active = models.BooleanField(_("在用"), default=True)
    order = models.PositiveIntegerField(_("次序"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("队列")
        constraints = [
            models.UniqueConstraint(fields=["centre", "code"], name="queue_code_once_a_centre"),
            models.UniqueConstraint(
                fields=["centre", "prefix"], name="queue_prefix_once_a_centre", condition=Q(active=True)
            ),
            models.CheckConstraint(condition=~Q(prefix__startswith="Y"), name="queue_prefix_leaves_y_to_bookings"),
            models.CheckConstraint(
                condition=Q(walk_in_share__gte=0, walk_in_share__lte=1), name="queue_walk_in_share_is_a_part"
            ),
            models.CheckConstraint(condition=Q(service_minutes__gt=0), name="queue_service_takes_time"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.centre_id}/{self.name}"


class Counter(models.Model):
    """窗口; 综合窗口 when comprehensive, 预约专窗 when booking_only."""

    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, verbose_name=_("中心"))
    number = models.PositiveSmallIntegerField(_("窗口号"))
    name = models.CharField(_("名称"), max_length=50)
    comprehensive = models.BooleanField(_("综合窗口"), default=False)
    booking_only = models.BooleanField(_("预约专窗"), default=False)
    area = models.CharField(_("区域"), max_length=50)
    active = models.BooleanField(_("在用"), default=True)

    class Meta:
        verbose_name = verbose_name_plural = _("窗口")
        constraints = [models.UniqueConstraint(fields=["centre", "number"], name="counter_number_once_a_centre")]

    @override
    def __str__(self) -> str:
        return self.name


class CounterQueue(models.Model):
    """Which queues a counter serves; rank 0 is its favourite. `weight` overrides the default share of its minutes."""

    counter = models.ForeignKey(Counter, on_delete=models.CASCADE, verbose_name=_("窗口"))
    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, verbose_name=_("队列"))
    rank = models.PositiveSmallIntegerField(_("次序"))
    weight = models.DecimalField(_("分配权重"), max_digits=8, decimal_places=3, null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("窗口的队列")
        constraints = [
            models.UniqueConstraint(fields=["counter", "queue"], name="counter_serves_a_queue_once"),
            models.UniqueConstraint(fields=["counter", "rank"], name="counter_rank_once"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.counter_id}:{self.rank}"


class Matter(models.Model):
    """事项 with its 办事指南. `guide` keeps what the file says: conditions, review_standards, materials, faqs."""

    code = models.CharField(_("代码"), max_length=80, unique=True)
    name = models.CharField(_("名称"), max_length=100)
    short_name = models.CharField(_("简称"), max_length=20)
    initials = models.CharField(_("拼音首字母"), max_length=200)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, verbose_name=_("部门"))
    queue_code = models.CharField(_("县中心队列"), max_length=50)
    township_queue_code = models.CharField(_("乡镇队列"), max_length=50, blank=True)
    audience = models.CharField(_("服务对象"), max_length=20, choices=AUDIENCES)
    handling = models.CharField(_("办件类型"), max_length=20, choices=HANDLINGS)
    promise_days = models.PositiveSmallIntegerField(_("承诺时限（工作日）"))
    legal_days = models.PositiveSmallIntegerField(_("法定时限（工作日）"), null=True)
    scope = models.CharField(_("通办范围"), max_length=20, choices=SCOPES)
    online_bookable = models.BooleanField(_("可网上预约"))
    home_visit = models.BooleanField(_("可上门办"))
    inspection = models.BooleanField(_("需现场查验"))
    special_procedure = models.CharField(_("特别程序"), max_length=100, blank=True)
    high_frequency_personal = models.BooleanField(_("个人高频事项"))
    service_minutes = models.PositiveSmallIntegerField(_("办理时长（分钟）"))
    popularity = models.PositiveSmallIntegerField(_("常用程度"))
    fee = models.CharField(_("收费"), max_length=300)
    guide = models.JSONField(_("办事指南"))
    guide_version = models.PositiveIntegerField(_("指南版本"), default=1)
    active = models.BooleanField(_("在用"), default=True)
    order = models.PositiveIntegerField(_("次序"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("事项")

    @override
    def __str__(self) -> str:
        return self.name


class GuideVersion(models.Model):
    """A guide as it stood: what an applicant was told on a given day can be shown again (N2)."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, verbose_name=_("事项"))
    version = models.PositiveIntegerField(_("版本"))
    since = models.DateTimeField(_("起用时间"))
    guide = models.JSONField(_("办事指南"))

    class Meta:
        verbose_name = verbose_name_plural = _("指南的历次版本")
        constraints = [models.UniqueConstraint(fields=["matter", "version"], name="guide_version_once")]

    @override
    def __str__(self) -> str:
        return f"{self.matter_id} v{self.version}"


class Offer(models.Model):
    """A matter can be handled at this queue (and so at this centre); derived from the files at import (R3.6)."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, verbose_name=_("事项"))
    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, verbose_name=_("队列"))
    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, verbose_name=_("中心"))

    class Meta:
        verbose_name = verbose_name_plural = _("可办地点")
        constraints = [models.UniqueConstraint(fields=["matter", "centre"], name="matter_offered_once_a_centre")]

    @override
    def __str__(self) -> str:
        return f"{self.matter_id}@{self.queue_id}"


class Package(models.Model):
    """一件事: one booking at the lead matter's department, members pushed in parallel (R5.2)."""

    code = models.CharField(_("代码"), max_length=80, unique=True)
    name = models.CharField(_("名称"), max_length=100)
    short_name = models.CharField(_("简称"), max_length=20)
    initials = models.CharField(_("拼音首字母"), max_length=200, default="")
    audience = models.CharField(_("服务对象"), max_length=20, choices=AUDIENCES)
    lead = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="led_packages", verbose_name=_("牵头事项"))
    members = models.ManyToManyField(
        Matter, through="directory.PackageMember", related_name="packages", verbose_name=_("成员事项")
    )
    merged_materials = models.JSONField(_("合并材料"))
    active = models.BooleanField(_("在用"), default=True)
    order = models.PositiveIntegerField(_("次序"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("一件事套餐")

    @override
    def __str__(self) -> str:
        return self.name


class PackageMember(models.Model):
    """One matter of a package, in the file's order."""

    package = models.ForeignKey(Package, on_delete=models.CASCADE, verbose_name=_("套餐"))
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, verbose_name=_("事项"))
    order = models.PositiveSmallIntegerField(_("次序"))

    class Meta:
        verbose_name = verbose_name_plural = _("套餐成员")
        constraints = [models.UniqueConstraint(fields=["package", "matter"], name="package_member_once")]

    @override
    def __str__(self) -> str:
        return f"{self.package_id}:{self.order}"


class CountyFile(models.Model):
    """What the county folder said that has no table of its own (demand.yaml, README), kept for `export`."""

    name = models.CharField(_("名称"), max_length=50, unique=True)
    content = models.JSONField(_("内容"))

    class Meta:
        verbose_name = verbose_name_plural = _("县域文件")

    @override
    def __str__(self) -> str:
        return self.name
