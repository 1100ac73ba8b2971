"""The API as a document that programs read."""
