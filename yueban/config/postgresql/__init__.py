"""Django's PostgreSQL backend with a health check that costs nothing; `ENGINE` of our settings."""
