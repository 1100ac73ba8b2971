"""Django's backend for SQLite, which asks the library and never the file what the library can do."""
