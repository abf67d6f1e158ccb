"""Managers: hours, messages, accounts; what is late and what needs them."""
