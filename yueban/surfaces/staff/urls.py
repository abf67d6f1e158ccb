"""Where staff enter and leave."""

from django.urls import path

from yueban.surfaces.staff import reveal, views

app_name = "staff"
urlpatterns = [
    path("", views.home, name="home"),
    path("login", views.log_in, name="login"),
    path("logout", views.log_out, name="logout"),
    path("workplace", views.workplace, name="workplace"),
    path("password", views.password, name="password"),
    path("roles", views.roles, name="roles"),
    path("reveal/<slug:code>", reveal.reveal, name="reveal"),
]
