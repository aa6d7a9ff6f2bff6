"""The error for a source that cannot be read names the cause and the remedy."""

from __future__ import annotations

import os

import pytest

from tetratui.core.errors import SourceError
from tetratui.core.sources import read_all
from tetratui.core.sources.open_source import make_source_error


def test_the_error_for_an_unreadable_file_names_mode_owner_group_and_remedy(tmp_path, monkeypatch):
    path = tmp_path / "tetragon.log"
    path.touch(mode=0o600)
    path.chmod(0o600)

    def refuse(*_args, **_options):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(SourceError) as caught:
        list(read_all([path]))
    assert caught.value.message == f"{path}: permission denied"
    assert "mode 0600, owner " in caught.value.remedy
    assert "export-file-perm to 640" in caught.value.remedy
    assert "| tetratui -" in caught.value.remedy


def test_the_error_for_a_closed_folder_names_the_folder(tmp_path):
    folder = tmp_path / "closed"
    folder.mkdir()
    refused = make_source_error(folder, PermissionError(13, "Permission denied"))
    assert "mode 0755" in refused.remedy
    assert f"chmod 750 {folder}" in refused.remedy
