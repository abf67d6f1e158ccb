"""The desk: one module of views for each thing that staff do there."""

from django.urls import path

from yueban.surfaces.desk import appointment, find, home

app_name = "desk"
urlpatterns = [
    path("", home.home, name="home"),
    path("find", find.find, name="find"),
    path("appointments/<slug:code>/", appointment.appointment, name="appointment"),
]
