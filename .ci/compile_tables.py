"""At installation: compile the tables, as modules are compiled to bytecode."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileTables(BuildHookInterface):
    """Writes `compiled.json` beside the TOML of the folders that every start reads."""

    def initialize(self, _version: str, build_data: dict[str, Any]) -> None:
        """Compile, for a wheel and for an editable installation alike."""
        sys.path.insert(0, self.root)
        from newsingest.article import normalize, packaged, rules  # noqa: PLC0415

        folders = {
            "rules": (rules.FILES, rules.working),
            "profiles": (normalize.NAMES, normalize.read),
        }
        for folder, (names, parse) in folders.items():
            file = Path("newsingest", folder, packaged.COMPILED)
            compiled = packaged.compile_tables(folder, names, parse)
            Path(self.root, file).write_text(compiled, "utf-8")
            build_data["artifacts"].append(file.as_posix())
