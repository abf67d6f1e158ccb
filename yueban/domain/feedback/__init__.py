"""What people say about how they were served (R5.5.3): ratings now; complaints and follow-up come with their issue."""
