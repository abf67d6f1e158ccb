"""The office: one module of views for each thing that managers do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.urls import URLPattern

app_name = "office"
urlpatterns: list[URLPattern] = []
