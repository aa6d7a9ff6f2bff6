"""Uploading a rule file: whatever fails, the manager could start before and after, and the outcome is named."""

from __future__ import annotations

from contextlib import suppress

import httpx
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from stand_ins.manager_api import ERRS, PASSWORD, STOPS, USER, ManagerApi, failure, respond
from tetratui.core.errors import SourceError, TetratuiError, UsageError
from tetratui.core.wazuh.client.logtest import ManagerError
from tetratui.core.wazuh.client.manager import Account, Manager
from tetratui.core.wazuh.client.rule_upload import RuleUpload

NAME = "0011-tetratui.xml"
PATH = f"/rules/files/{NAME}"
PUT, GET, DELETE = f"PUT {PATH}", f"GET {PATH}", f"DELETE {PATH}"
VALIDATE = "GET /manager/configuration/validation"
GOOD, OTHER = b"<group name='t,'/>\n", b"<group name='u,'/>\n"
BROKEN, ERRING = b"<group name='t,'>" + STOPS, b"<group name='t,'>" + ERRS


def manager(api: ManagerApi) -> Manager:
    return Manager(Account("https://manager:55000", USER, PASSWORD, verify=False), httpx.MockTransport(api))


def upload(api: ManagerApi, rules: bytes, name: str = NAME) -> RuleUpload:
    return RuleUpload(manager(api), name, rules)


def test_a_new_file_is_put_without_overwriting_and_proved() -> None:
    api = ManagerApi()
    outcome = upload(api, GOOD).run()
    assert (api.files, api.overwrites()) == ({NAME: GOOD}, ["false"])
    assert outcome == (
        f"{NAME} is on the manager as sent, a new file; its configuration test passes; a reload puts it in force"
    )
    after = api.calls()[api.calls().index(PUT) + 1 :]
    assert after == [GET, VALIDATE]


def test_a_former_text_is_backed_up_before_it_is_replaced() -> None:
    api, backups = ManagerApi({NAME: OTHER}), []

    def back_up(former: bytes) -> str:
        assert api.overwrites() == []
        backups.append(former)
        return "/var/backups/x"

    outcome = RuleUpload(manager(api), NAME, GOOD, back_up).run()
    assert (api.files, api.overwrites(), backups) == ({NAME: GOOD}, ["true"], [OTHER])
    assert "in place of the former text (kept in /var/backups/x)" in outcome


@pytest.mark.parametrize("rules", [BROKEN, ERRING])
@pytest.mark.parametrize("before", [{}, {NAME: OTHER}, {"other.xml": OTHER}])
def test_a_refused_file_leaves_the_disk_as_it_was(rules: bytes, before: dict[str, bytes]) -> None:
    api = ManagerApi(before)
    with pytest.raises(ManagerError, match="1113 XML syntax error") as caught:
        upload(api, rules).run()
    assert api.files == before
    state = "holds its former text" if NAME in before else "is not on the manager"
    assert f"{NAME} {state}; its configuration test passes" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_refused_new_file_that_the_manager_keeps_is_deleted() -> None:
    api = ManagerApi()
    api.keeps_refused_files = True
    with pytest.raises(ManagerError, match="is not on the manager; its configuration test passes"):
        upload(api, BROKEN).run()
    assert (api.files, api.calls().count(DELETE)) == ({}, 1)


def test_the_error_for_a_file_that_cannot_be_deleted_names_the_steps_by_hand() -> None:
    api = ManagerApi()
    api.changes_texts = True
    api.failures[DELETE] = respond({"title": "Permission denied"}, 403)
    with pytest.raises(ManagerError) as caught:
        upload(api, GOOD).run()
    assert NAME in api.files
    for words in ("holds another text", "did not delete", "by hand", f"delete /var/ossec/etc/rules/{NAME}", "-t"):
        assert words in str(caught.value)


def test_the_error_for_a_former_text_that_cannot_be_restored_names_its_copy() -> None:
    api = ManagerApi({NAME: OTHER})
    api.changes_texts = True
    with pytest.raises(ManagerError) as caught:
        RuleUpload(manager(api), NAME, GOOD, lambda former: "/var/backups/x").run()
    for words in ("did not restore", "by hand", "(kept in /var/backups/x)", "wazuh:wazuh", "0660"):
        assert words in str(caught.value)


def test_an_existing_file_that_the_manager_does_not_show_is_neither_overwritten_nor_deleted() -> None:
    api = ManagerApi({NAME: OTHER})
    api.failures[GET] = respond(failure(NAME, 1415, "Rules file not found"))
    with pytest.raises(ManagerError, match=r"1905 .*nothing was changed on the manager"):
        upload(api, GOOD).run()
    assert api.files == {NAME: OTHER}


def test_a_former_text_that_cannot_be_read_is_not_overwritten() -> None:
    api = ManagerApi({NAME: b"\xe9"})
    api.failures[GET] = respond({"title": "Wazuh Internal Error"}, 500)
    with pytest.raises(ManagerError, match="nothing was changed on the manager"):
        upload(api, GOOD).run()
    assert api.overwrites() == []


@pytest.mark.parametrize("before", [{}, {NAME: OTHER}])
@pytest.mark.parametrize("error", [httpx.ReadTimeout("timed out"), httpx.ReadError("gone"), KeyboardInterrupt()])
def test_an_upload_that_breaks_off_after_the_file_was_written_is_taken_back(
    before: dict[str, bytes], error: BaseException
) -> None:
    api = ManagerApi(before)

    def lose_first_answer(call: str, request: httpx.Request) -> None:
        if call == PUT and len(api.overwrites()) == 1:
            assert api.files[NAME] == GOOD
            raise error

    api.after = lose_first_answer
    ours = upload(api, GOOD)
    with pytest.raises((SourceError, KeyboardInterrupt)):
        ours.run()
    assert api.files == before
    assert ("is not on the manager" if not before else "holds its former text") in ours.outcome


def test_a_manager_that_does_not_accept_the_file_in_time_holds_its_former_text() -> None:
    api = ManagerApi({NAME: OTHER})
    api.failures[PUT] = httpx.ReadTimeout("timed out")
    with pytest.raises(SourceError, match="holds its former text"):
        upload(api, GOOD).run()


def test_a_file_whose_proof_breaks_off_is_taken_back_and_the_start_called_unknown() -> None:
    api = ManagerApi()
    api.failures[VALIDATE] = httpx.ReadTimeout("timed out")
    with pytest.raises(SourceError, match="is not on the manager; whether the manager would start is not known"):
        upload(api, GOOD).run()
    assert api.files == {}


def test_the_error_for_a_manager_that_goes_away_names_the_steps_by_hand() -> None:
    api = ManagerApi()

    def go_away(call: str, request: httpx.Request) -> None:
        if call == VALIDATE:
            api.failures |= dict.fromkeys((GET, DELETE, VALIDATE), httpx.ConnectError("refused"))

    api.before = go_away
    with pytest.raises(SourceError, match=r"by hand, on the manager, delete .*; until then it may not start again"):
        upload(api, GOOD).run()
    assert api.files == {NAME: GOOD}


def test_a_manager_that_would_not_start_with_it_does_not_keep_it() -> None:
    api = ManagerApi()
    refusal = failure("manager", 1908, "Error validating configuration: (1220)")
    api.failures[VALIDATE] = respond(refusal)
    with pytest.raises(ManagerError, match=r"would not start: .*1908.*still fails, so something else is wrong"):
        upload(api, GOOD).run()
    assert api.files == {}


def test_the_start_is_called_unknown_where_the_configuration_test_is_forbidden() -> None:
    api = ManagerApi()
    api.failures[VALIDATE] = respond({"title": "Permission Denied"}, 403)
    assert "whether the manager would start is not known" in upload(api, GOOD).run()
    assert api.files == {NAME: GOOD}


@pytest.mark.parametrize(
    "missing",
    [
        respond({"title": "Not Found"}, 404),
        respond({"title": "Bad Request", "detail": "Rules file not found", "error": 1415}, 400),
        respond(failure(NAME, 1415, "Rules file not found")),
        respond(failure(NAME, 1999, "File does not exist")),
    ],
)
def test_every_form_of_the_answer_that_a_file_is_missing_is_understood(missing: httpx.Response) -> None:
    api = ManagerApi()
    api.failures[GET] = missing
    ours = upload(api, GOOD)
    assert ours.manager.read_rules(NAME) is None
    with pytest.raises(ManagerError, match=r"holds another text.*is not on the manager"):
        ours.run()
    assert (api.overwrites(), api.files) == (["false"], {})


def test_line_ends_of_another_system_do_not_count_as_another_text() -> None:
    api = ManagerApi()
    upload(api, b"<group name='t,'>\r\n</group>\r\n").run()
    assert list(api.files) == [NAME]


def test_an_older_manager_is_asked_without_the_folder() -> None:
    api = ManagerApi({NAME: OTHER})
    api.knows_folders = False
    upload(api, GOOD).run()
    assert (api.files, api.overwrites()) == ({NAME: GOOD}, ["true"])


@pytest.mark.parametrize("before", [{}, {NAME: OTHER}])
def test_an_upload_can_be_taken_back_later(before: dict[str, bytes]) -> None:
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
    assert api.requests == []


FAULTS = st.dictionaries(
    st.sampled_from([PUT, GET, DELETE, VALIDATE]),
    st.sampled_from([403, 404, 500, "timeout", "gone"]),
    max_size=2,
)


@given(
    former=st.sampled_from([None, OTHER, GOOD]),
    rules=st.sampled_from([GOOD, BROKEN, ERRING]),
    faults=FAULTS,
    changes=st.booleans(),
    keeps=st.booleans(),
)
def test_whatever_fails_the_manager_could_start_or_the_outcome_names_the_steps(
    former: bytes | None, rules: bytes, faults: dict[str, int | str], changes: bool, keeps: bool
) -> None:
    before = {} if former is None else {NAME: former}
    api = ManagerApi(before)
    api.changes_texts = changes
    for call, fault in faults.items():
        error = httpx.ReadTimeout("timed out") if fault == "timeout" else httpx.ConnectError("refused")
        api.failures[call] = respond({"title": "No"}, fault) if isinstance(fault, int) else error
    api.keeps_refused_files = keeps
    # Nobody can know of a refused file that a manager keeps and does not show.
    assume(not (keeps and faults.get(GET) == 404))
    ours = upload(api, rules)
    with suppress(TetratuiError):
        ours.run()
        assert (api.files, api.starts()) == ({NAME: rules}, True)
        return
    assert api.files == before or "by hand" in ours.outcome
    assert "\n" not in ours.outcome
