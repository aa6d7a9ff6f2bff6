"""The sidecar finds its filter again in any list, keeps what it does not know, and says what is overdue."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tetratui.core import folders
from tetratui.core.errors import SourceError
from tetratui.core.export.sidecar import Reason, default_path, overdue, read, read_file, sidecar_of, write

REASON = Reason(
    '{"event_set":["PROCESS_EXEC"]}', "template", "backup \x1b[31m", "anna", date(2026, 11, 30), ("server01",)
)
TEXT = st.text(st.characters(codec="utf-8"))


@given(st.builds(Reason, TEXT, TEXT, TEXT, TEXT, st.none() | st.dates(), st.lists(TEXT).map(tuple)))
def test_what_is_written_is_read_again(reason: Reason) -> None:
    sidecar = sidecar_of([reason, REASON])
    assert read(write(sidecar)) == sidecar


def test_the_same_reasons_are_the_same_bytes_in_any_order() -> None:
    other = Reason("{}", "exact")
    assert write(sidecar_of([REASON, other])) == write(sidecar_of([other, REASON]))


def test_expired_and_ownerless_filters_are_listed_with_the_reason() -> None:
    sidecar = sidecar_of([REASON, Reason("ownerless")])
    filters = ["unknown", REASON.filter, "ownerless"]
    nobody = [(0, "nobody owns it"), (2, "nobody owns it")]
    assert overdue(sidecar, filters, date(2026, 11, 30)) == nobody
    assert overdue(sidecar, filters, date(2026, 12, 1)) == sorted([*nobody, (1, "expired on 2026-11-30")])


@pytest.mark.parametrize(
    "data", [b"nonsense", b"[]", b'{"drafts":[]}', b'{"drafts":{"a":{"filter":"x","expiry":"x"}}}']
)
def test_another_file_is_refused_by_name(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "drafts.json").write_bytes(data)
    with pytest.raises(SourceError, match="is not a sidecar of tetratui"):
        read_file(tmp_path / "drafts.json")


@pytest.mark.parametrize("node", ["server01", "", "..", "../../etc", "a/b", "\x1b[31m", ".hidden"])
def test_a_node_name_never_leads_out_of_the_folder(node: str) -> None:
    path = default_path(node)
    assert path.name == "drafts.json"
    assert path.parent.parent in (folders.shared_state(), folders.state())
    assert not path.parent.name.startswith(".")


def test_no_file_is_an_empty_sidecar(tmp_path: Path) -> None:
    assert read_file(tmp_path / "none") == {}
