"""What is done with apps: a verb a file."""
