"""What is written for people and programs, told by the server itself: `/docs`, `/problems` and `/llms.txt`."""
