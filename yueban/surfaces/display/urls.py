"""The screens of a hall: public, read-only, without names."""

from django.urls import path

from yueban.surfaces.display import views

app_name = "display"
urlpatterns = [
    path("", views.centres, name="centres"),
    path("board/<str:code>/", views.board, name="board"),
    path("board/<str:code>/state", views.state, name="state"),
    path("voice/<path:name>", views.clip, name="clip"),
]
