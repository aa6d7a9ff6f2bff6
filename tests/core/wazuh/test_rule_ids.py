"""Rule ids: a free block, which stays the same when the file is written again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tetratui.core.errors import RefusedError, SourceError
from tetratui.core.events.kinds import Kind
from tetratui.core.exclusion import Exclusion, Pattern
from tetratui.core.wazuh.rule_ids import (
    FIRST_CHOICE,
    StockIds,
    free_block,
    ids_in,
    read_all_rule_files,
    read_rule_files,
)
from tetratui.core.wazuh.write.rule_file import Suppression, write_rule_file

SILENCED = [Suppression(Exclusion((Kind.EXEC,), binary=(Pattern.exactly("/usr/bin/date"),)), ("a",), "b")]


def test_ids_are_found_whatever_the_quotes_and_the_order_of_attributes() -> None:
    text = b"""<rule id="5"/><rule level='3' id='710000' ><!-- <rule id="9"> --><rule\n  id = "12">"""
    assert ids_in(text) == {5, 9, 12, 710_000}


def test_a_taken_id_moves_the_whole_block() -> None:
    file = write_rule_file(SILENCED, "standalone", taken={FIRST_CHOICE + 3})
    assert file.first == FIRST_CHOICE + 1000
    assert min(ids_in(file.data)) == file.first


def test_written_again_the_block_stays_even_when_a_better_one_is_free() -> None:
    former = write_rule_file(SILENCED, "standalone", taken={FIRST_CHOICE}).data
    assert write_rule_file(SILENCED, "standalone", former=former).data == former


def test_stock_ids_and_seven_digits_are_never_used() -> None:
    first = free_block(set(range(100_000, 500_000)) | set(range(501_000, 999_990)), 5)
    stock = StockIds()
    assert first + 4 <= 999_999
    assert not any(rule in stock for rule in range(first, first + 5))


def test_without_a_free_block_the_error_has_a_remedy() -> None:
    with pytest.raises(RefusedError, match="remove"):
        free_block(set(range(1_000_000)), 1)


def test_rule_files_are_read_from_folders_and_files(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(b"<a/>")
    (tmp_path / "b.txt").write_bytes(b"no")
    assert read_rule_files(tmp_path) == {"a.xml": b"<a/>"}
    assert read_all_rule_files([tmp_path / "a.xml"]) == {"a.xml": b"<a/>"}
    with pytest.raises(SourceError, match="does not exist"):
        read_all_rule_files([tmp_path / "none"])
