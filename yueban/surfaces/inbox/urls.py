"""Outside production only: what the file gateway "sent"."""

from django.urls import path

from yueban.surfaces.inbox import views

app_name = "inbox"
urlpatterns = [path("", views.inbox, name="inbox")]
