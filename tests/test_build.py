"""The build finds a compiler or asks for one, compiles what is old, and names what is missing."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def build(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """The build hook, over a source tree with one source that was not compiled."""
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "SOURCE", tmp_path)
    monkeypatch.delenv("CC", raising=False)
    (tmp_path / "new.pyx").write_text("value = 1\n")
    return module


def hook(build: ModuleType, tmp_path: Path) -> object:
    return build.CompileHook(str(tmp_path), {}, None, None, str(tmp_path), "wheel")


def test_without_a_compiler_the_build_asks_for_one(
    build: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert build.find_compiler() is None
    assert hook(build, tmp_path).dependencies() == [build.ZIG]
    compiler = tmp_path / "gcc"
    compiler.touch(0o755)
    assert build.find_compiler() == ["gcc"]
    assert hook(build, tmp_path).dependencies() == []


def test_what_is_compiled_needs_no_compiler_until_its_source_changes(
    build: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (module,) = build.find_modules().values()
    module.touch()
    now = module.stat().st_mtime
    os.utime(tmp_path / "new.pyx", (now - 10, now - 10))
    assert build.find_old() == {}
    assert hook(build, tmp_path).dependencies() == []
    os.utime(tmp_path / "new.pyx", (now + 10, now + 10))
    assert list(build.find_old().values()) == [module]


def test_missing_headers_are_named_with_their_remedy(
    build: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(build.sysconfig, "get_path", lambda name: str(tmp_path / name))
    with pytest.raises(SystemExit, match=r"include/Python.h is missing: apt install python3\.\d+-dev"):
        hook(build, tmp_path).dependencies()
