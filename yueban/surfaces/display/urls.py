"""The screens of a hall: public, read-only, without names."""

from django.urls import path

from yueban.surfaces.display import counters, views

app_name = "display"
urlpatterns = [
    path("", views.centres, name="centres"),
    path("board/<str:code>/", views.board, name="board"),
    path("board/<str:code>/state", views.state, name="state"),
    path("counter/<str:code>/<int:number>/", counters.screen, name="counter"),
    path("counter/<str:code>/<int:number>/state", counters.screen_state, name="counter_state"),
    path("rating/", counters.rating, name="rating"),
    path("rating/state", counters.rating_state, name="rating_state"),
    path("rating/answer", counters.rate, name="rate"),
    path("rating/setup", counters.rating_setup, name="rating_setup"),
    path("voice/<path:name>", views.clip, name="clip"),
]
