"""Putting a rule file on a manager: whatever goes wrong, it could start before and after, and what stands is said."""

from __future__ import annotations

from contextlib import suppress

import httpx
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from stand_ins.manager_api import ERRS, PASSWORD, STOPS, USER, ManagerApi, answer, failed
from tetratui.core.errors import SourceError, TetratuiError, UsageError
from tetratui.core.wazuh.client.logtest import ManagerError
from tetratui.core.wazuh.client.manager import Account, Manager
from tetratui.core.wazuh.client.rule_upload import RuleUpload

NAME = "0011-tetratui.xml"
PATH = f"/rules/files/{NAME}"
GOOD, OTHER = b"<group name='t,'/>\n", b"<group name='u,'/>\n"
BROKEN, ERRING = b"<group name='t,'>" + STOPS, b"<group name='t,'>" + ERRS


def manager(api: ManagerApi) -> Manager:
    return Manager(Account("https://manager:55000", USER, PASSWORD, verify=False), httpx.MockTransport(api))


def upload(api: ManagerApi, rules: bytes, name: str = NAME) -> RuleUpload:
    return RuleUpload(manager(api), name, rules)


def test_a_new_file_is_put_without_overwriting_and_proved() -> None:
    api = ManagerApi()
    stands = upload(api, GOOD).run()
    assert (api.files, api.puts()) == ({NAME: GOOD}, ["false"])
    assert stands == (
        f"{NAME} lies on the manager as sent, new; its configuration test passes; a reload puts it in force"
    )
    after = api.lines()[api.lines().index(f"PUT {PATH}") + 1 :]
    assert after == [f"GET {PATH}", "GET /manager/configuration/validation"]


def test_a_former_text_is_kept_before_it_is_replaced() -> None:
    api, kept = ManagerApi({NAME: OTHER}), []

    def keep(former: bytes) -> str:
        assert api.puts() == []
        kept.append(former)
        return "/var/backups/x"

    stands = RuleUpload(manager(api), NAME, GOOD, keep).run()
    assert (api.files, api.puts(), kept) == ({NAME: GOOD}, ["true"], [OTHER])
    assert "in place of the former text (kept in /var/backups/x)" in stands


@pytest.mark.parametrize("rules", [BROKEN, ERRING])
@pytest.mark.parametrize("before", [{}, {NAME: OTHER}, {"other.xml": OTHER}])
def test_a_refused_file_leaves_the_disk_as_it_was(rules: bytes, before: dict[str, bytes]) -> None:
    api = ManagerApi(before)
    with pytest.raises(ManagerError, match="1113 XML syntax error") as caught:
        upload(api, rules).run()
    assert api.files == before
    said = "holds its former text" if NAME in before else "is not on the manager"
    assert f"{NAME} {said}; its configuration test passes" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_new_file_that_stays_in_spite_of_the_refusal_is_deleted() -> None:
    api = ManagerApi()
    ours = upload(api, BROKEN)
    kept = ours.manager.put_rules
    ours.manager.put_rules = lambda name, rules, overwrite: kept(name, rules, overwrite=True)  # type: ignore[method-assign]
    with pytest.raises(ManagerError, match="is not on the manager; its configuration test passes"):
        ours.run()
    assert (api.files, api.lines().count(f"DELETE {PATH}")) == ({}, 1)


def test_a_file_that_cannot_be_deleted_is_said_with_what_to_do_by_hand() -> None:
    api = ManagerApi()
    api.changes_texts = True
    api.broken[f"DELETE {PATH}"] = answer({"title": "Permission denied"}, 403)
    with pytest.raises(ManagerError) as caught:
        upload(api, GOOD).run()
    assert NAME in api.files
    for words in ("holds another text", "does not delete", "by hand", f"delete /var/ossec/etc/rules/{NAME}", "-t"):
        assert words in str(caught.value)


def test_a_former_text_that_cannot_be_restored_is_said_with_where_it_is_kept() -> None:
    api = ManagerApi({NAME: OTHER})
    api.changes_texts = True
    with pytest.raises(ManagerError) as caught:
        RuleUpload(manager(api), NAME, GOOD, lambda former: "/var/backups/x").run()
    for words in ("does not restore", "by hand", "(kept in /var/backups/x)", "wazuh:wazuh", "0660"):
        assert words in str(caught.value)


def test_a_file_that_the_manager_hides_is_neither_overwritten_nor_deleted() -> None:
    api = ManagerApi({NAME: OTHER})
    api.broken[f"GET {PATH}"] = answer(failed(NAME, 1415, "Rules file not found"))
    with pytest.raises(ManagerError, match=r"1905 .*nothing was changed on the manager"):
        upload(api, GOOD).run()
    assert api.files == {NAME: OTHER}


def test_a_former_text_that_cannot_be_read_is_not_overwritten() -> None:
    api = ManagerApi({NAME: b"\xe9"})
    api.broken[f"GET {PATH}"] = answer({"title": "Wazuh Internal Error"}, 500)
    with pytest.raises(ManagerError, match="nothing was changed on the manager"):
        upload(api, GOOD).run()
    assert api.puts() == []


@pytest.mark.parametrize("before", [{}, {NAME: OTHER}])
@pytest.mark.parametrize("failure", [httpx.ReadTimeout("timed out"), httpx.ReadError("gone"), KeyboardInterrupt()])
def test_what_breaks_off_after_the_file_was_written_is_taken_back(
    before: dict[str, bytes], failure: BaseException
) -> None:
    api = ManagerApi(before)
    ours = upload(api, GOOD)
    put, calls = ours.manager.put_rules, []

    def written_and_lost(name: str, rules: bytes, *, overwrite: bool) -> None:
        put(name, rules, overwrite=overwrite)
        calls.append(rules)
        if len(calls) == 1:
            raise KeyboardInterrupt if isinstance(failure, KeyboardInterrupt) else SourceError("broke off")

    ours.manager.put_rules = written_and_lost  # type: ignore[method-assign]
    with pytest.raises((SourceError, KeyboardInterrupt)):
        ours.run()
    assert api.files == before
    assert ("is not on the manager" if not before else "holds its former text") in ours.stands


def test_a_manager_that_does_not_take_the_file_in_time_holds_what_it_held() -> None:
    api = ManagerApi({NAME: OTHER})
    api.broken[f"PUT {PATH}"] = httpx.ReadTimeout("timed out")
    with pytest.raises(SourceError, match="holds its former text"):
        upload(api, GOOD).run()


def test_a_file_whose_proof_breaks_off_is_taken_back_and_the_rest_called_unknown() -> None:
    api = ManagerApi()
    api.broken["GET /manager/configuration/validation"] = httpx.ReadTimeout("timed out")
    with pytest.raises(SourceError, match="is not on the manager; whether the manager would start is not known"):
        upload(api, GOOD).run()
    assert api.files == {}


def test_a_manager_that_is_gone_in_the_middle_leaves_it_to_the_operator() -> None:
    api = ManagerApi()
    ours = upload(api, GOOD)
    test = ours.manager.configuration_faults

    def gone() -> tuple[str, ...] | None:
        for line in (f"GET {PATH}", f"DELETE {PATH}", "GET /manager/configuration/validation"):
            api.broken[line] = httpx.ConnectError("refused")
        return test()

    ours.manager.configuration_faults = gone  # type: ignore[method-assign]
    with pytest.raises(SourceError, match=r"by hand, on the manager, delete .*; until then it may not start again"):
        ours.run()


def test_a_manager_that_would_not_start_with_it_does_not_keep_it() -> None:
    api = ManagerApi()
    refusal = failed("manager", 1908, "Error validating configuration: (1220)")
    api.broken["GET /manager/configuration/validation"] = answer(refusal)
    with pytest.raises(ManagerError, match=r"would not start: .*1908.*still fails, so something else is wrong"):
        upload(api, GOOD).run()
    assert api.files == {}


def test_a_configuration_test_that_may_not_be_asked_for_is_called_unknown() -> None:
    api = ManagerApi()
    api.broken["GET /manager/configuration/validation"] = answer({"title": "Permission Denied"}, 403)
    assert "whether the manager would start is not known" in upload(api, GOOD).run()
    assert api.files == {NAME: GOOD}


@pytest.mark.parametrize(
    "missing",
    [
        answer({"title": "Not Found"}, 404),
        answer({"title": "Bad Request", "detail": "Rules file not found", "error": 1415}, 400),
        answer(failed(NAME, 1415, "Rules file not found")),
        answer(failed(NAME, 1999, "File does not exist")),
    ],
)
def test_however_a_manager_says_that_there_is_no_such_file(missing: httpx.Response) -> None:
    api = ManagerApi()
    api.broken[f"GET {PATH}"] = missing
    ours = upload(api, GOOD)
    assert ours.manager.rule_text(NAME) is None
    with pytest.raises(ManagerError, match=r"holds another text.*is not on the manager"):
        ours.run()
    assert (api.puts(), api.files) == (["false"], {})


def test_line_ends_of_another_system_are_no_difference() -> None:
    api = ManagerApi()
    upload(api, b"<group name='t,'>\r\n</group>\r\n").run()
    assert list(api.files) == [NAME]


def test_an_older_manager_is_asked_without_the_folder() -> None:
    api = ManagerApi({NAME: OTHER})
    api.knows_folders = False
    upload(api, GOOD).run()
    assert (api.files, api.puts()) == ({NAME: GOOD}, ["true"])


@pytest.mark.parametrize("before", [{}, {NAME: OTHER}])
def test_what_was_put_can_be_taken_back_later(before: dict[str, bytes]) -> None:
    api = ManagerApi(before)
    ours = upload(api, GOOD)
    ours.run()
    ours.take_back()
    assert api.files == before


@pytest.mark.parametrize("name", ["../x.xml", "a b.xml", "x.txt", "é.xml"])
def test_a_name_that_the_api_does_not_take_is_not_sent(name: str) -> None:
    api = ManagerApi()
    with pytest.raises(UsageError, match="takes no rule file"):
        upload(api, GOOD, name).run()
    assert api.asked == []


FAULTS = st.dictionaries(
    st.sampled_from([f"PUT {PATH}", f"GET {PATH}", f"DELETE {PATH}", "GET /manager/configuration/validation"]),
    st.sampled_from([403, 404, 500, "timeout", "gone"]),
    max_size=2,
)


@given(
    former=st.sampled_from([None, OTHER, GOOD]),
    rules=st.sampled_from([GOOD, BROKEN, ERRING]),
    faults=FAULTS,
    changes=st.booleans(),
    stays=st.booleans(),
)
def test_whatever_fails_the_manager_could_start_or_the_operator_is_told_how(
    former: bytes | None, rules: bytes, faults: dict[str, int | str], changes: bool, stays: bool
) -> None:
    before = {} if former is None else {NAME: former}
    api = ManagerApi(before)
    api.changes_texts = changes
    for line, fault in faults.items():
        error = httpx.ReadTimeout("timed out") if fault == "timeout" else httpx.ConnectError("refused")
        api.broken[line] = answer({"title": "No"}, fault) if isinstance(fault, int) else error
    ours = upload(api, rules)
    if stays:
        put = ours.manager.put_rules
        ours.manager.put_rules = lambda name, text, overwrite: put(name, text, overwrite=True)  # type: ignore[method-assign]
        # A manager that both keeps a refused file and hides it cannot be seen through.
        assume(faults.get(f"GET {PATH}") != 404)
    with suppress(TetratuiError):
        ours.run()
        assert (api.files, api.starts()) == ({NAME: rules}, True)
        return
    assert api.files == before or "by hand" in ours.stands
    assert "\n" not in ours.stands
