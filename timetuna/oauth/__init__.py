"""Other people's programs act for a host who allowed it: OAuth, with django-oauth-toolkit (docs/decisions/0094)."""
