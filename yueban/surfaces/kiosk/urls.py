"""The pages of the terminal in the hall: one question each."""

from django.urls import path

from yueban.surfaces.kiosk import booking, registering, views

app_name = "kiosk"
urlpatterns = [
    path("", views.home, name="home"),
    path("booked/", views.booked, name="booked"),
    path("booked/number/", views.number, name="number"),
    path("booked/certificate/", views.certificate, name="certificate"),
    path("booked/take/", views.take, name="take"),
    path("again/", views.again, name="again"),
    path("walk-in/", views.walk_in, name="walk_in"),
    path("walk-in/department/", views.department, name="department"),
    path("walk-in/issue/", views.issue, name="issue"),
    path("book/", booking.departments, name="book"),
    path("book/matters/", booking.matters, name="book_matters"),
    path("book/hours/", booking.hours, name="book_hours"),
    path("book/answer/", booking.answer, name="book_answer"),
    path("size/", views.size, name="size"),
    path("offline/", views.offline, name="offline"),
    path("sw.js", views.service_worker, name="service_worker"),
    path("ticket/<str:token>/", views.ticket, name="ticket"),
    path("setup/", registering.setup, name="setup"),
    path("register/", registering.register, name="register"),
    path("devices/", registering.devices, name="devices"),
    path("devices/<int:terminal_id>/retire", registering.retire, name="retire"),
]
