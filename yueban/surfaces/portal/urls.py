"""Addresses of the portal. No address carries a person: certificates and phones travel in POST bodies only."""

from django.urls import path

from yueban.surfaces.portal.views import book, guide, materials, mine, rebook, reminded, visit

app_name = "portal"

urlpatterns = [
    path("", guide.home, name="home"),
    path("search/", guide.search, name="search"),
    path("services/", guide.services, name="services"),
    path("departments/", guide.departments, name="departments"),
    path("departments/<slug:code>/", guide.department, name="department"),
    path("matters/", guide.matters, name="matters"),
    path("matters/<slug:code>/", guide.matter, name="matter"),
    path("packages/", guide.packages, name="packages"),
    path("packages/<slug:code>/", guide.package, name="package"),
    path("centres/", guide.centres, name="centres"),
    path("help/", guide.how, name="help"),
    path("regulation/", guide.regulation_in_force, name="regulation"),
    path("preferences/", guide.preferences, name="preferences"),
    path("book/matter/<slug:code>/", book.halls, {"package": False}, name="book-matter"),
    path("book/package/<slug:code>/", book.halls, {"package": True}, name="book-package"),
    path("book/matter/<slug:code>/<slug:centre>/", book.hours, {"package": False}, name="hours-matter"),
    path("book/package/<slug:code>/<slug:centre>/", book.hours, {"package": True}, name="hours-package"),
    path("booking/<slug:nonce>/who/", book.who, name="who"),
    path("booking/<slug:nonce>/confirm/", book.confirm, name="confirm"),
    path("booking/<slug:nonce>/done/", book.done, name="done"),
    path("q/<slug:token>", reminded.reminded, name="reminded"),
    path("r/<slug:token>", rebook.rebook, name="rebook"),
    path("me/", mine.overview, name="mine"),
    path("me/login/", mine.login, name="login"),
    path("me/logout/", mine.logout, name="logout"),
    path("me/<slug:code>/", mine.appointment, name="appointment"),
    path("me/<slug:code>/cancel/", mine.cancel, name="cancel"),
    path("me/<slug:code>/reschedule/", mine.reschedule, name="reschedule"),
    path("me/<slug:code>/ticket/", mine.ticket, name="ticket"),
    path("me/<slug:code>/ticket/more-time", mine.more_time, name="more_time"),
    path("me/<slug:code>/waiting/", mine.waiting, name="waiting"),
    path("me/<slug:code>/calendar.ics", mine.calendar, name="calendar"),
    path("p/<slug:token>", materials.link, name="material-link"),
    path("me/<slug:code>/materials/", materials.materials, name="materials"),
    path("me/<slug:code>/materials/<int:material>/", materials.hand_in, name="material"),
    path("me/<slug:code>/materials/copies/<int:copy>/", materials.copy, name="material-copy"),
    path("me/<slug:code>/materials/copies/<int:copy>/delete", materials.take_back, name="material-copy-delete"),
    path("v/<slug:token>", visit.visit, name="visit"),
    path("v/<slug:token>/time", visit.other_time, name="visit-time"),
    path("v/<slug:token>/no", visit.no, name="visit-no"),
]
