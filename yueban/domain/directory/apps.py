"""The directory's name in the admin."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DirectoryConfig(AppConfig):
    """行政区划、部门、中心、事项."""

    name = "yueban.domain.directory"
    verbose_name = _("基础数据")
