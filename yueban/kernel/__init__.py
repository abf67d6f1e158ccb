"""Nothing about us: time, secrets, numbers and database errors, without Django and without the domain."""
