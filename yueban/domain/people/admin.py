"""Accounts are kept on their own page (office/staff), by the security administrator: nothing about them is in the admin."""

from django.contrib import admin
from django.contrib.auth.models import Group

admin.site.unregister(Group)  # roles are the table of people.rules, not groups that somebody fills
