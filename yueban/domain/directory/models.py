"""The county: who serves where, and what can be done there."""

from django.db import models
from django.db.models import Q


class Region(models.Model):
    """行政区划: a county or one of its townships."""

    code = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=50)
    level = models.CharField(max_length=10)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT)

    def __str__(self) -> str:
        return self.name


class Department(models.Model):
    """部门."""

    code = models.CharField(max_length=50, unique=True)
    name = models.CharField(max_length=100)
    short_name = models.CharField(max_length=20)
    supervised_by = models.CharField(max_length=100, blank=True)
    active = models.BooleanField(default=True)
    order = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.name


class Centre(models.Model):
    """政务服务中心 or 便民服务中心. `supervisor` answers complaints of its level (R5.5.1)."""

    code = models.CharField(max_length=50, unique=True)
    name = models.CharField(max_length=100)
    short_name = models.CharField(max_length=20)
    level = models.CharField(max_length=10)
    region = models.ForeignKey(Region, on_delete=models.PROTECT)
    address = models.CharField(max_length=200)
    phone = models.CharField(max_length=30)
    supervisor = models.CharField(max_length=100)
    active = models.BooleanField(default=True)
    order = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.name


class Queue(models.Model):
    """队列: people who wait for the same kind of counter, at one centre.

    `demand` is the assumed load in service minutes of a normal day (null: unknown); it weighs how a counter's
    minutes are shared. `walk_in_share` is the part of the capacity kept from booking.
    """

    centre = models.ForeignKey(Centre, on_delete=models.PROTECT)
    code = models.CharField(max_length=50)
    name = models.CharField(max_length=50)
    prefix = models.CharField(max_length=2)
    departments = models.ManyToManyField(Department)
    service_minutes = models.DecimalField(max_digits=6, decimal_places=2)
    bookable = models.BooleanField()
    walk_in_share = models.DecimalField(max_digits=4, decimal_places=3)
    demand = models.DecimalField(max_digits=9, decimal_places=2, null=True)
    active = models.BooleanField(default=True)
    order = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["centre", "code"], name="queue_code_once_a_centre"),
            models.UniqueConstraint(fields=["centre", "prefix"], name="queue_prefix_once_a_centre", condition=Q(active=True)),
            models.CheckConstraint(condition=~Q(prefix__startswith="Y"), name="queue_prefix_leaves_y_to_bookings"),
            models.CheckConstraint(condition=Q(walk_in_share__gte=0, walk_in_share__lte=1), name="queue_walk_in_share_is_a_part"),
            models.CheckConstraint(condition=Q(service_minutes__gt=0), name="queue_service_takes_time"),
        ]

    def __str__(self) -> str:
        return f"{self.centre_id}/{self.name}"


class Counter(models.Model):
    """窗口; 综合窗口 when comprehensive, 预约专窗 when booking_only."""

    centre = models.ForeignKey(Centre, on_delete=models.PROTECT)
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=50)
    comprehensive = models.BooleanField(default=False)
    booking_only = models.BooleanField(default=False)
    area = models.CharField(max_length=50)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["centre", "number"], name="counter_number_once_a_centre")]

    def __str__(self) -> str:
        return self.name


class CounterQueue(models.Model):
    """Which queues a counter serves; rank 0 is its favourite. `weight` overrides the default share of its minutes."""

    counter = models.ForeignKey(Counter, on_delete=models.CASCADE)
    queue = models.ForeignKey(Queue, on_delete=models.CASCADE)
    rank = models.PositiveSmallIntegerField()
    weight = models.DecimalField(max_digits=8, decimal_places=3, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["counter", "queue"], name="counter_serves_a_queue_once"),
            models.UniqueConstraint(fields=["counter", "rank"], name="counter_rank_once"),
        ]

    def __str__(self) -> str:
        return f"{self.counter_id}:{self.rank}"


class Matter(models.Model):
    """事项 with its 办事指南. `guide` keeps what the file says: conditions, review_standards, materials, faqs."""

    code = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=100)
    short_name = models.CharField(max_length=20)
    initials = models.CharField(max_length=100)
    department = models.ForeignKey(Department, on_delete=models.PROTECT)
    queue_code = models.CharField(max_length=50)
    township_queue_code = models.CharField(max_length=50, blank=True)
    audience = models.CharField(max_length=20)
    handling = models.CharField(max_length=20)
    promise_days = models.PositiveSmallIntegerField()
    legal_days = models.PositiveSmallIntegerField(null=True)
    scope = models.CharField(max_length=20)
    online_bookable = models.BooleanField()
    home_visit = models.BooleanField()
    inspection = models.BooleanField()
    special_procedure = models.CharField(max_length=100, blank=True)
    high_frequency_personal = models.BooleanField()
    service_minutes = models.PositiveSmallIntegerField()
    popularity = models.PositiveSmallIntegerField()
    fee = models.CharField(max_length=300)
    guide = models.JSONField()
    guide_version = models.PositiveIntegerField(default=1)
    active = models.BooleanField(default=True)
    order = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.name


class GuideVersion(models.Model):
    """A guide as it stood: what an applicant was told on a given day can be shown again (N2)."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE)
    version = models.PositiveIntegerField()
    since = models.DateTimeField()
    guide = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["matter", "version"], name="guide_version_once")]

    def __str__(self) -> str:
        return f"{self.matter_id} v{self.version}"


class Offer(models.Model):
    """A matter can be handled at this queue (and so at this centre); derived from the files at import (R3.6)."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE)
    queue = models.ForeignKey(Queue, on_delete=models.CASCADE)
    centre = models.ForeignKey(Centre, on_delete=models.CASCADE)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["matter", "centre"], name="matter_offered_once_a_centre")]

    def __str__(self) -> str:
        return f"{self.matter_id}@{self.queue_id}"


class Package(models.Model):
    """一件事: one booking at the lead matter's department, members pushed in parallel (R5.2)."""

    code = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=100)
    short_name = models.CharField(max_length=20)
    audience = models.CharField(max_length=20)
    lead = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="led_packages")
    members = models.ManyToManyField(Matter, through="directory.PackageMember", related_name="packages")
    merged_materials = models.JSONField()
    active = models.BooleanField(default=True)
    order = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.name


class PackageMember(models.Model):
    """One matter of a package, in the file's order."""

    package = models.ForeignKey(Package, on_delete=models.CASCADE)
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT)
    order = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["package", "matter"], name="package_member_once")]

    def __str__(self) -> str:
        return f"{self.package_id}:{self.order}"


class CountyFile(models.Model):
    """What the county folder said that has no table of its own (demand.yaml, README), kept for `export`."""

    name = models.CharField(max_length=50, unique=True)
    content = models.JSONField()

    def __str__(self) -> str:
        return self.name
