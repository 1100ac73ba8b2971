"""Everything a person can do, a program can do: `/api/v1`, and the keys that open it. `docs/api.md` tells its users."""
