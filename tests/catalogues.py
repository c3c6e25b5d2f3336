"""What a plugin says, for the tests that look for its translation."""

from __future__ import annotations

import ast
from pathlib import Path


def said_in(package: Path) -> set[str]:
    """First arguments of ``tr`` in the package's modules, where these are text."""
    found = set()
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "tr":
                text = node.args[0]
                if isinstance(text, ast.Constant):
                    found.add(text.value)
    return found
