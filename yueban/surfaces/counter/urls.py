"""The calling console: one page, no reload; every button is a form that works without its script too."""

from django.urls import path

from yueban.surfaces.counter import views

app_name = "counter"
urlpatterns = [
    path("", views.choose, name="choose"),
    path("<int:counter_id>/", views.console, name="console"),
    path("<int:counter_id>/lists", views.lists, name="lists"),
    path("<int:counter_id>/sit", views.sit, name="sit"),
    path("<int:counter_id>/pause", views.pause, name="pause"),
    path("<int:counter_id>/bookings-first", views.bookings_first, name="bookings_first"),
    path("<int:counter_id>/help", views.need_help, name="help"),
    path("<int:counter_id>/arrive", views.arrive, name="arrive"),
    path("<int:counter_id>/leave", views.leave, name="leave"),
    path("<int:counter_id>/call-next", views.call_next, name="call_next"),
    path("<int:counter_id>/tickets/<int:ticket_id>/<str:action>", views.act, name="act"),
]
