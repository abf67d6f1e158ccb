"""Letting people and programs in, and keeping what is known of them."""

from yueban.domain.people.operations.admission import (
    add_channel,
    admit,
    admit_certificate,
    forget_old_rates,
    revoke_channel,
)
from yueban.domain.people.operations.codes import NewCode, check_code, forget_old_codes, new_login_code
from yueban.domain.people.operations.passwords import change_password
from yueban.domain.people.operations.persons import Revealing, UnknownPerson, know, reveal
from yueban.domain.people.operations.responses import keep_response
from yueban.domain.people.operations.rotation import rekey, rotate_keys
from yueban.domain.people.operations.staff import (
    NewStaff,
    UnknownStaff,
    add_staff,
    issue_staff_token,
    log_in,
    log_out,
    reset_password,
    revoke_staff_tokens,
    unlock,
)

__all__ = [
    "NewCode",
    "NewStaff",
    "Revealing",
    "UnknownPerson",
    "UnknownStaff",
    "add_channel",
    "add_staff",
    "admit",
    "admit_certificate",
    "change_password",
    "check_code",
    "forget_old_codes",
    "forget_old_rates",
    "issue_staff_token",
    "keep_response",
    "know",
    "log_in",
    "log_out",
    "new_login_code",
    "rekey",
    "reset_password",
    "reveal",
    "revoke_channel",
    "revoke_staff_tokens",
    "rotate_keys",
    "unlock",
]
