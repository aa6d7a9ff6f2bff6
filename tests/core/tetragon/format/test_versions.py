"""Fields, kinds and features exist from the right version on."""

from __future__ import annotations

import pytest

from tetratui.core.errors import UsageError
from tetratui.core.tetragon import LATEST, SUPPORTED, EnabledFeatures, FilterList, Version, read
from tetratui.core.tetragon.format.filter import FIELD_NAMES
from tetratui.core.tetragon.format.versions import EventType, Features

ON = EnabledFeatures.parse("process-cred,pid-set-filter,ancestors")
SINCE = {"ancestor_binary_regex": "1.4", "container_name_regex": "1.6", "namespace_regex": "1.7"}
VALUES = {
    "health_check": "true",
    "in_init_tree": "true",
    "pid": "[1]",
    "pid_set": "[1]",
    "event_set": "[1]",
    "capabilities": '{"effective":{"any":["CAP_CHOWN"]}}',
    "cel_expression": '["process_exec.process.pid == 1u"]',
}
PATCHES = [Version.parse(text) for text in ("1.3.0", "1.3.4", "1.4.1", "1.5.0", "1.6.2", "1.7.0", "1.7.9")]


def accepted(text: str, version: Version) -> bool:
    return read(text, version, ON).accepted


@pytest.mark.parametrize("name", FIELD_NAMES)
def test_a_field_is_read_from_its_first_version_on(name: str) -> None:
    first = Version.parse(SINCE.get(name, "1.3"))
    for version in PATCHES:
        assert accepted(f'{{"{name}":{VALUES.get(name, "[]")}}}', version) is (version >= first)
        assert accepted(f'{{"{name}":null}}', version) is (version >= first)


@pytest.mark.parametrize("name", EventType.__members__)
def test_an_event_type_is_named_from_its_first_version_on(name: str) -> None:
    first = Version(1, 6) if name == "PROCESS_USDT" else Version(1, 3)
    for version in PATCHES:
        assert accepted(f'{{"event_set":["{name}"]}}', version) is (version >= first)
        assert accepted(f'{{"event_set":[{EventType[name].value}]}}', version)


@pytest.mark.parametrize(("version", "matches"), [("1.3.4", True), ("1.4.0", False), ("1.7.0", False)])
def test_cel_is_never_looked_at_on_1_3(version: str, matches: bool) -> None:
    filters = read('{"cel_expression":["process_exec.process.pid == 1u"]}', Version.parse(version))
    assert (filters.first_match({"process_exec": {"process": {"pid": 2}}}) == 0) is matches
    assert read('{"cel_expression":["nonsense("]}', Version.parse(version)).accepted is matches


@pytest.mark.parametrize(("version", "matches"), [("1.5.0", False), ("1.6.0", True)])
def test_usdt_is_an_event_without_a_kind_before_1_6(version: str, matches: bool) -> None:
    event = {"process_usdt": {"process": {"binary": "/x"}}}
    assert (read('{"binary_regex":["x"]}', Version.parse(version)).first_match(event) == 0) is matches
    assert (read('{"event_set":["UNDEF"]}', Version.parse(version)).first_match(event) == 0) is not matches


@pytest.mark.parametrize(("version", "matches"), [("1.6.0", False), ("1.7.0", True)])
def test_loader_has_a_parent_from_1_7(version: str, matches: bool) -> None:
    event = {"process_loader": {"process": {"binary": "/x"}, "parent": {"binary": "/p"}}}
    assert (read('{"parent_binary_regex":["p"]}', Version.parse(version)).first_match(event) == 0) is matches


@pytest.mark.parametrize(("version", "matches"), [("1.6.0", False), ("1.7.0", True)])
def test_loader_has_ancestors_from_1_7(version: str, matches: bool) -> None:
    event = {"process_loader": {"process": {"binary": "/x"}, "ancestors": [{"binary": "/a"}]}}
    filters = read('{"ancestor_binary_regex":["a"]}', Version.parse(version), ON)
    assert (filters.first_match(event) == 0) is matches


@pytest.mark.parametrize(
    ("version", "types", "enabled", "refused"),
    [
        ("1.4.0", "[]", "base+kprobe+tracepoint+uprobe+lsm", False),
        ("1.6.0", "[]", "base+kprobe+tracepoint+uprobe+lsm", True),
        ("1.6.0", "[]", "base+kprobe+tracepoint+uprobe+lsm+usdt", False),
        ("1.7.0", "[]", "base+kprobe+tracepoint+uprobe+lsm+usdt", True),
        ("1.7.0", '["PROCESS_EXIT"]', "base", False),
        ("1.7.0", '["PROCESS_EXIT","PROCESS_LSM"]', "base", True),
        ("1.6.0", '["PROCESS_LOADER"]', "loader", True),
        ("1.7.0", '["PROCESS_THROTTLE"]', "base+kprobe+tracepoint+uprobe+lsm+usdt+loader", True),
        ("1.7.0", '["PROCESS_KPROBE"]', "kprobe", True),
        ("1.7.0", '["PROCESS_KPROBE"]', "base+kprobe", False),
        ("1.7.0", "[77]", "base+kprobe+tracepoint+uprobe+lsm+usdt+loader", True),
    ],
)
def test_ancestors_must_be_enabled_for_every_type(version: str, types: str, enabled: str, refused: bool) -> None:
    text = f'{{"event_set":{types},"ancestor_binary_regex":["x"]}}'
    filters = read(text, Version.parse(version), EnabledFeatures.parse(f"ancestors={enabled}"))
    assert filters.accepted is not refused
    assert [error.stage for error in filters.errors] == ["build"] * refused


@pytest.mark.parametrize("text", ["seven", "", "1", "1.x", "1.7.0.1.2 ", "1." + "7" * 5000, "1.٧"])
def test_no_version_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError):
        Version.parse(text)


def test_versions_are_read_as_programs_print_them() -> None:
    assert Version.parse("v1.7.0-rc.1") == Version(1, 7, 0) == LATEST == SUPPORTED[-1]
    assert Version.parse("1.10.0") > Version.parse("1.9.9")


def test_an_unknown_feature_is_a_usage_error() -> None:
    with pytest.raises(UsageError):
        EnabledFeatures.parse("process-creds")
    with pytest.raises(UsageError):
        EnabledFeatures.parse("ancestors=everything")


def test_features_know_the_kinds_of_a_version() -> None:
    assert len(Features(Version(1, 5)).kind_of_key) == 10
    assert len(Features(LATEST).kind_of_key) == 11
    assert FilterList.of([], LATEST).accepted
