"""Applicants on phone and web: the guide, booking, and what they booked."""
