"""What people say about reminders: whether they want any, and by what."""
