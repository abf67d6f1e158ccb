"""The office: one module of views for each thing that managers do."""

from django.urls import path

from yueban.surfaces.office import audit, hours, messages, staff

app_name = "office"
urlpatterns = [
    path("hours/", hours.overview, name="hours"),
    path("hours/new/<slug:kind>/", hours.new, name="hours_new"),
    path("hours/preview/<slug:kind>/", hours.preview, name="hours_preview"),
    path("hours/<int:opening_id>/", hours.opening, name="opening"),
    path("hours/<int:opening_id>/edit/", hours.edit, name="opening_edit"),
    path("hours/<int:opening_id>/publish/", hours.publish, name="opening_publish"),
    path("hours/<int:opening_id>/discard/", hours.discard, name="opening_discard"),
    path("hours/<int:opening_id>/withdraw/", hours.withdraw, name="opening_withdraw"),
    path("staff/", staff.accounts_list, name="staff"),
    path("staff/add", staff.add, name="staff_add"),
    path("staff/account/<str:login>", staff.account, name="account"),
    path("staff/account/<str:login>/post", staff.change_post, name="account_post"),
    path("staff/account/<str:login>/<slug:action>", staff.act, name="account_act"),
    path("audit/", audit.log, name="audit"),
    path("reveals/", audit.reveals, name="reveals"),
    path("messages/", messages.overview, name="messages"),
    path("messages/again", messages.again, name="messages_again"),
    path("messages/<int:message_id>/", messages.message, name="message"),
    path("messages/<int:message_id>/again", messages.again, name="message_again"),
]
