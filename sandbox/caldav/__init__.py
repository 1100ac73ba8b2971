"""A stand-in of a CalDAV server, and of a feed."""
