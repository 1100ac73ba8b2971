"""What is ours about the database."""
