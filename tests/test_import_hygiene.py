"""What a verb loads, seen in a clean interpreter: the static graph cannot tell a deferred import from another."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PRINT_MODULES = "import sys; print('\\n'.join(sys.modules))"


def modules_after(code: str) -> set[str]:
    """Run code in a fresh interpreter and list the top-level modules it has loaded."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{PRINT_MODULES}"], capture_output=True, text=True, timeout=60, check=True
    )
    return {name.partition(".")[0] for name in done.stdout.split()}


def after_main(*args: str) -> set[str]:
    code = (
        f"import sys, io, contextlib\nsys.argv = {['tetratui', *args]!r}\nfrom tetratui.cli.main import main\n"
        "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()): main()"
    )
    return modules_after(code)


def test_version_loads_neither_screens_nor_click() -> None:
    assert not after_main("--version") & {"textual", "rich", "rich_click", "click", "numpy", "orjson", "msgspec"}


def test_help_loads_no_verb_and_no_screens() -> None:
    assert not after_main("--help") & {"textual", "numpy", "msgspec", "re2"}


def test_config_loads_no_screens() -> None:
    assert "textual" not in after_main("config")


CORE = sorted(
    ".".join(path.relative_to(Path(__file__).parents[1] / "src").with_suffix("").parts).removesuffix(".__init__")
    for path in (Path(__file__).parents[1] / "src/tetratui/core").rglob("*.py")
)


def test_core_loads_no_screens() -> None:
    loaded = modules_after("\n".join(f"import {name}" for name in CORE))
    assert "tetratui" in loaded
    # httpx, which talks to a manager, brings click and rich of its own accord; import-linter holds ours to the law.
    assert not loaded & {"textual", "rich_click"}


@pytest.mark.parametrize("name", ["tetratui", "tetratui.cli", "tetratui.core", "tetratui.ui"])
def test_packages_load_nothing_by_themselves(name: str) -> None:
    assert not modules_after(f"import {name}") & {"textual", "rich", "numpy", "click"}


def test_no_private_module_of_the_standard_library_is_used() -> None:
    private = []
    for path in (Path(__file__).parents[1] / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [each.name for each in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
            module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
            for name in (f"{module}.{each}" if module else each for each in names):
                top, *rest = name.split(".")
                if (
                    top in sys.stdlib_module_names
                    and top != "__future__"
                    and any(n.startswith("_") for n in (top, *rest))
                ):
                    private.append(f"{path.name}: {name}")
    assert private == []
