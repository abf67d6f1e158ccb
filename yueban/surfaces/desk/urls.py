"""The desk: one module of views for each thing that staff do there."""

from django.urls import path

from yueban.surfaces.desk import (
    appointment,
    arrivals,
    callbacks,
    cancelling,
    find,
    home,
    intake,
    notice,
    register,
    urgent,
)

app_name = "desk"
urlpatterns = [
    path("", home.home, name="home"),
    path("find", find.find, name="find"),
    path("register/", register.register, name="register"),
    path("appointments/<slug:code>/", appointment.appointment, name="appointment"),
    path("appointments/<slug:code>/notice/", notice.notice, name="notice"),
    path("appointments/<slug:code>/notice.pdf", notice.sheet, name="sheet"),
    path("appointments/<slug:code>/slip/", notice.slip, name="slip"),
    path("appointments/<slug:code>/print", notice.print_slip, name="print_slip"),
    path("appointments/<slug:code>/arrive", arrivals.arrive, name="arrive"),
    path("appointments/<slug:code>/accept", arrivals.accept, name="accept"),
    path("urgent/", urgent.urgent, name="urgent"),
    path("urgent/new/", urgent.ask, name="urgent_ask"),
    path("urgent/<slug:code>/approve", urgent.approve, name="urgent_approve"),
    path("urgent/<slug:code>/reject", urgent.reject, name="urgent_reject"),
    path("cancelling/", cancelling.cancelling, name="cancelling"),
    path("arrivals/", arrivals.arrivals, name="arrivals"),
    path("calls/", callbacks.calls, name="calls"),
    path("calls/new/", intake.take, name="take_call"),
    path("calls/<int:call_id>/", callbacks.call, name="call"),
    path("calls/<int:call_id>/claim", callbacks.claim, name="claim"),
    path("calls/<int:call_id>/attempt", callbacks.attempt, name="attempt"),
    path("calls/<int:call_id>/hand-on", callbacks.hand_on, name="hand_on"),
    path("calls/<int:call_id>/close", callbacks.close, name="close_call"),
]
