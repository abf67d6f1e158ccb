"""Sessions in the database, asked for by nothing but a key that could have been ours."""

import re

from django.contrib.sessions.backends import db

_KEY = re.compile(r"[0-9a-z]{32}")


class SessionStore(db.SessionStore):
    """Django's, but a cookie that holds anything else (a NUL, which PostgreSQL refuses) is simply no session."""

    def _validate_session_key(self, key: object) -> bool:
        """Say whether the text of a cookie has the form of our keys."""
        return isinstance(key, str) and _KEY.fullmatch(key) is not None
