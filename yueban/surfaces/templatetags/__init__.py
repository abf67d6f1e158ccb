"""Template tags that every surface shares."""
