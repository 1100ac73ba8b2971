"""Each command a file with `run(options)`."""
