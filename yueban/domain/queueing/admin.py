"""The halls in the admin: their rules and times, words, window screens, printers, card readers."""

from typing import Any, Final

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from typing_extensions import override
from unfold.admin import ModelAdmin

from yueban.domain.queueing.models import CentreHall, Printer, QueueBand, Reader, Screen, Wording
from yueban.domain.queueing.screens import unknown_names
from yueban.kernel.addresses import is_address

_NO_ADDRESS: Final = _("请写成 主机:端口，例如 192.168.1.50:5005")
_UNKNOWN_NAMES: Final = _("没有这样的内容：{names}；可用 {{label}} {{counter}} {{area}}")
_LOCAL: Final = ("ws://127.0.0.1", "ws://localhost", "http://127.0.0.1", "http://localhost")
_NOT_LOCAL: Final = _("读卡服务在终端本机上：地址以 ws://127.0.0.1、http://127.0.0.1 或 localhost 开头")


class DeviceForm(forms.ModelForm):  # type: ignore[type-arg]  # one form for two models
    """A device on the network must say where it is."""

    away: tuple[str, ...] = ()

    def clean_address(self) -> str:
        """An address that can be reached, except where nothing is sent there."""
        address = str(self.cleaned_data["address"]).strip()
        if self.cleaned_data.get("driver") not in self.away and not is_address(address):
            raise forms.ValidationError(_NO_ADDRESS)
        return address


class ScreenForm(DeviceForm):
    """A page needs no address."""

    away = ("web",)


class PrinterForm(DeviceForm):
    """A terminal's own printer needs no address."""

    away = ("browser",)


class WordingForm(forms.ModelForm):  # type: ignore[type-arg]
    """Templates whose names are known."""

    @override
    def clean(self) -> dict[str, Any]:
        """Refuse a name that nothing is put in for: it would be shown and spoken as it is written."""
        cleaned: dict[str, Any] = super().clean() or {}
        for field in ("called", "idle", "paused"):
            if unknown := unknown_names(cleaned.get(field) or ""):
                self.add_error(field, str(_UNKNOWN_NAMES).format(names=" ".join(f"{{{each}}}" for each in unknown)))
        return cleaned


class ReaderForm(forms.ModelForm):  # type: ignore[type-arg]
    """A service of the terminal itself: pages may ask nobody else."""

    def clean_url(self) -> str:
        """Only addresses of this machine."""
        url = str(self.cleaned_data["url"]).strip()
        rest = [url.removeprefix(each) for each in _LOCAL if url.startswith(each)]
        if not rest or not (rest[0] == "" or rest[0][0] in ":/"):
            raise forms.ValidationError(_NOT_LOCAL)
        return url


@admin.register(Wording)
class WordingAdmin(ModelAdmin):  # type: ignore[misc]  # unfold ships no types
    """What a hall shows and says."""

    form = WordingForm
    list_display = ("centre", "called", "idle", "paused")
    list_select_related = ("centre",)
    autocomplete_fields = ("centre",)


@admin.register(Screen)
class ScreenAdmin(ModelAdmin):  # type: ignore[misc]
    """The window screens, with what each shows and since when one is dead."""

    form = ScreenForm
    list_display = ("counter", "driver", "address", "shown", "shown_at", "failed_at", "error", "active")
    list_filter = ("driver", "active", "counter__centre")
    search_fields = ("address", "counter__name", "counter__centre__name")
    list_select_related = ("counter__centre",)
    autocomplete_fields = ("counter",)
    readonly_fields = ("shown", "shown_at", "failed_at", "error")
    actions = ("show_again",)

    @admin.action(description=_("把当前文字再发一次"))
    def show_again(self, request: HttpRequest, screens: QuerySet[Screen]) -> None:  # noqa: ARG002  Django's signature
        """Forget what they show, so that it is sent anew."""
        screens.update(shown="", shown_at=None)

    def save_model(self, request: HttpRequest, obj: Screen, form: Any, change: Any) -> None:
        """What was changed is tried at once."""
        obj.shown, obj.shown_at = "", None
        super().save_model(request, obj, form, change)


@admin.register(Printer)
class PrinterAdmin(ModelAdmin):  # type: ignore[misc]
    """The slip printers, with their paper."""

    form = PrinterForm
    list_display = ("name", "centre", "driver", "address", "paper", "left", "failed_at", "error", "active")
    list_filter = ("driver", "active", "centre")
    search_fields = ("name", "address", "centre__name")
    list_select_related = ("centre",)
    autocomplete_fields = ("centre",)
    readonly_fields = ("failed_at", "error")


@admin.register(Reader)
class ReaderAdmin(ModelAdmin):  # type: ignore[misc]
    """How the terminals of a hall reach their card readers."""

    form = ReaderForm
    list_display = ("centre", "transport", "url", "number_path", "name_path")
    list_select_related = ("centre",)
    autocomplete_fields = ("centre",)


@admin.register(CentreHall)
class CentreHallAdmin(ModelAdmin):  # type: ignore[misc]
    """How a centre runs its hall: head starts, missed numbers, age of priority, messages."""

    list_display = ("centre", "missed", "statutory_age", "unused", "notice_ahead", "notice_call")
    list_select_related = ("centre",)
    autocomplete_fields = ("centre",)


@admin.register(QueueBand)
class QueueBandAdmin(ModelAdmin):  # type: ignore[misc]
    """When a queue gives walk-in numbers, and how many."""

    list_display = ("queue", "starts", "ends", "quota")
    list_filter = ("queue__centre",)
    list_select_related = ("queue",)
    autocomplete_fields = ("queue",)
