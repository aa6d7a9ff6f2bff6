"""Compile the Cython modules in place: hatchling's build hook, and `python hatch_build.py` for a checkout.

The machine's C compiler is used; where there is none, the build asks for `ziglang`, a compiler that pip installs.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
SOURCE = ROOT / "src"
ZIG = "ziglang>=0.14"
CYTHON_OPTIONS = ("boundscheck=True", "wraparound=False", "initializedcheck=False", "cdivision=True")
"""Every index is checked. The others: no index counts from the end, all views exist, numbers divide as in C."""
COMPILER_OPTIONS = ("-O3", "-shared", "-fPIC", "-fwrapv", "-fno-strict-aliasing", "-DNDEBUG")


class CompileHook(BuildHookInterface):  # type: ignore[misc, type-arg]  # mypy does not follow hatchling
    """Compiles before a wheel is built or an editable install is made."""

    def dependencies(self) -> list[str]:
        """Return what the build needs beside the packages in pyproject.toml."""
        if not find_old():
            return []
        # Before anything large is downloaded for nothing.
        find_headers()
        return [] if find_compiler() else [ZIG]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's interface
        """Compile, and put the results into the wheel."""
        build_data["pure_python"] = False
        build_data["infer_tag"] = True
        build_data["artifacts"] += [str(module.relative_to(ROOT)) for module in compile_all()]


def find_compiler() -> list[str] | None:
    """Return the command of the machine's C compiler, None if there is none; `CC` names another one."""
    command = shlex.split(os.environ.get("CC", ""))
    if command and shutil.which(command[0]):
        return command
    return next(([name] for name in ("cc", "gcc", "clang") if shutil.which(name)), None)


def find_headers() -> Path:
    """Return the folder of Python's own headers; end the build where they are missing."""
    include = Path(sysconfig.get_path("include"))
    if not (include / "Python.h").exists():
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise SystemExit(f"{include}/Python.h is missing: apt install python{version}-dev (Fedora: python3-devel)")
    return include


def find_modules() -> dict[Path, Path]:
    """Return the compiled module that each source becomes for this Python, in the order of their names."""
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    return {source: source.with_name(source.stem + suffix) for source in sorted(SOURCE.rglob("*.pyx"))}


def find_old() -> dict[Path, Path]:
    """Return the sources whose modules are missing or old, with these."""
    # A module may use declarations of any other and includes files beside it.
    parts = (path for path in SOURCE.rglob("*.p*") if path.suffix in {".pyx", ".pxd", ".pxi"})
    newest = max(path.stat().st_mtime for path in (*parts, Path(__file__)))
    modules = find_modules()
    return {path: module for path, module in modules.items() if not module.exists() or module.stat().st_mtime < newest}


def compile_all() -> list[Path]:
    """Compile what is older than its source; return all compiled modules."""
    old = find_old()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(_compile, old.keys(), old.values()))
    return list(find_modules().values())


def _compile(source: Path, module: Path) -> None:
    include = find_headers()
    with tempfile.TemporaryDirectory(dir=source.parent) as folder:
        c_file, built = Path(folder, source.stem + ".c"), Path(folder, module.name)
        options = [part for option in CYTHON_OPTIONS for part in ("-X", option)]
        cython = [sys.executable, "-m", "cython", "-3", *options, "-X", "show_performance_hints=False"]
        # Names of modules are read from the folders above a source.
        _run([*cython, "-o", str(c_file), str(source.relative_to(SOURCE))], SOURCE)
        compiler = find_compiler() or [sys.executable, "-m", "ziglang", "cc"]
        flags = shlex.split(os.environ.get("CFLAGS", ""))
        _run([*compiler, *COMPILER_OPTIONS, *flags, f"-I{include}", str(c_file), "-o", str(built)], ROOT)
        # In one step: another process may be importing it.
        built.replace(module)


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 - compilers
    if done.returncode:
        raise SystemExit(f"{shlex.join(command)} failed:\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    for compiled in compile_all():
        print(compiled.relative_to(ROOT))
