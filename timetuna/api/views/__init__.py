"""One module a resource, and the pages where a host sees to keys."""
