"""TimeTuna: a scheduling product that anybody can run on their own server."""

__version__ = "0.1.0"
