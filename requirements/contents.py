# ruff: noqa: INP001 - it is read by the builder, not imported
"""Lets the builder add compiled translations and the documents of docs/. The clone stays as it was."""

import sys
import tempfile
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Contents(BuildHookInterface):
    """Puts a .mo file beside each .po file, and the documents that the server tells into their room."""

    def initialize(self, version: str, build_data: dict[str, dict[str, str]]) -> None:
        """Add them to a wheel; where the package is to run from the clone itself, put catalogues there."""
        sys.dont_write_bytecode = True  # not into the clone
        sys.path.insert(0, self.root)
        from timetuna.documentation.library import files  # noqa: PLC0415 - as of now
        from timetuna.l10n.catalogues import catalogues, compile_changed, compiled  # noqa: PLC0415 - as above

        if version == "editable":
            compile_changed()
            return
        self.made = tempfile.TemporaryDirectory()
        for path in catalogues():
            made = Path(self.made.name, f"{path.parts[-3]}.mo")
            made.write_bytes(compiled(path))
            build_data["force_include"][str(made)] = str(path.with_suffix(".mo").relative_to(self.root))
        for path, place in files():
            build_data["force_include"][str(path)] = f"timetuna/documentation/{place}"

    def finalize(self, version: str, build_data: dict[str, dict[str, str]], artifact_path: str) -> None:  # noqa: ARG002 - the builder's
        """Leave nothing behind."""
        if version != "editable":
            self.made.cleanup()
