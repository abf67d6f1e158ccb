"""The calling console: one page, no reload; every button is a form that works without its script too."""

from django.urls import path

from yueban.surfaces.counter import guide, views

app_name = "counter"
urlpatterns = [
    path("", views.choose, name="choose"),
    path("guide/", guide.choose, name="guides"),
    path("guide/<slug:code>/", guide.home, name="guide"),
    path("guide/<slug:code>/state", guide.state, name="guide_state"),
    path("guide/<slug:code>/find", guide.find, name="guide_find"),
    path("guide/<slug:code>/tickets/<int:ticket_id>/", guide.ticket, name="guide_ticket"),
    path("guide/<slug:code>/day/", guide.day, name="guide_day"),
    path("guide/<slug:code>/overnight", guide.overnight, name="guide_overnight"),
    path("guide/<slug:code>/arrive", guide.arrive, name="guide_arrive"),
    path("guide/<slug:code>/issue", guide.issue, name="guide_issue"),
    path("guide/<slug:code>/help/<int:counter_id>", guide.answer, name="guide_answer"),
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
