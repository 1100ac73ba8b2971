# ruff: noqa: INP001 - it is read by the builder, not imported
"""Tells the builder what the package needs: what base.in says, which base.txt pins."""

from pathlib import Path

from hatchling.metadata.plugin.interface import MetadataHookInterface


class Dependencies(MetadataHookInterface):
    """Fills in the dependencies."""

    def update(self, metadata: dict[str, object]) -> None:
        """Add them to the metadata of pyproject.toml."""
        lines = Path(self.root, "requirements/base.in").read_text(encoding="utf-8").splitlines()
        wanted = (line.partition("#")[0].strip() for line in lines)
        metadata["dependencies"] = [line for line in wanted if line]
