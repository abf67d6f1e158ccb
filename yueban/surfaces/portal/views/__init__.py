"""The pages: the guide, booking, and my appointments."""
