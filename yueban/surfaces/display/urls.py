"""The pages of the display."""

from django.urls import URLPattern, URLResolver

app_name = "display"
urlpatterns: list[URLPattern | URLResolver] = []
