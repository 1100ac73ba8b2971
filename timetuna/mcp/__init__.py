"""Assistants do what programs do: `/mcp`, the Model Context Protocol. `docs/mcp.md` tells its users."""
