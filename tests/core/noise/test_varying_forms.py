"""What differs at every run by its form."""

from __future__ import annotations

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from tetratui.core.exclusion import Literal
from tetratui.core.noise.templates import learn
from tetratui.core.noise.varying_forms import of_arguments, of_binary, parts_of

ID = "b56d59ecdf5c904691b87c16b1abe5d1074ce555e933c363cd1c656dbbc9dfa5"
OTHER = "23acb88584f6" + ID[12:]


@pytest.mark.parametrize(
    ("seen", "later"),
    [
        ("[kworker/u4:3-events_unbound]", "[kworker/1:0H-kblockd]"),
        ("[kworker/0:1]", "[kworker/u8:2+flush-8:0]"),
        ("[ksoftirqd/0]", "[ksoftirqd/11]"),
        (f"/var/lib/docker/overlay2/{ID}/merged/bin/x", f"/var/lib/docker/overlay2/{OTHER}/merged/bin/x"),
    ],
)
def test_a_binary_is_told_again(seen: str, later: str) -> None:
    assert re2.fullmatch(of_binary(seen).to_re2(), later)
    assert not re2.fullmatch(of_binary(seen).to_re2(), f"/tmp/{later}")


@pytest.mark.parametrize(
    ("seen", "later"),
    [
        (f"-namespace moby -id {ID} start", f"-namespace moby -id {OTHER} start"),
        (f"--bundle /run/x/{ID} {ID}", f"--bundle /run/x/{OTHER} {OTHER}"),
        ("/var/run/docker/netns/9cfe82999653 all", "/var/run/docker/netns/23acb88584f6 all"),
        ("-rf /tmp/tmp.OQGxEI8f2a", "-rf /tmp/tmp.aB3dE6gH9j"),
        ("/tmp/tmpab3d_f2g/x", "/tmp/tmpzz9_aaaa/x"),
        ("--homedir /tmp/apt-key-gpghome.AbCd3fG12h", "--homedir /tmp/apt-key-gpghome.Zz9Yy8Xx7W"),
        ("--process /tmp/runc-process1261040554", "--process /tmp/runc-process99104"),
        ("/proc/7694/stat", "/proc/21/stat"),
        ("/var/spool/cron/crontabs/tmp.OQGxEI", "/var/spool/cron/crontabs/tmp.a1B2c3"),
    ],
)
def test_arguments_are_told_again(seen: str, later: str) -> None:
    assert re2.fullmatch(of_arguments(seen).to_re2(), later)
    assert re2.fullmatch(learn([seen])[seen].to_re2(), later)


@pytest.mark.parametrize(
    "text",
    [
        "[kthreadd]",
        "/usr/bin/python3.11",
        "-p 8080",
        f"image@sha256:{ID}",
        "/proc/1/stat",
        "/proc/23/mem",
        "/tmp/report",
    ],
)
def test_what_is_the_same_at_every_run_stays(text: str) -> None:
    assert of_arguments(text).literal == text
    assert of_binary(text).literal == text


def test_a_script_in_a_temporary_folder_stays_for_an_interpreter() -> None:
    assert of_arguments("/tmp/tmp.OQGxEI8f2a", temporary=False).literal is not None


PIECES = st.sampled_from(
    [
        ID,
        "9cfe82999653",
        "/tmp/tmp.",
        "/tmp/tmp",
        "/tmp/x-",
        "/proc/",
        "123456",
        "AbC9dE",
        "/",
        " ",
        ".",
        "_",
        "\n",
        "é",
        "-",
    ]
)


@given(st.lists(PIECES, max_size=12).map("".join))
def test_a_pattern_matches_the_text_it_was_made_from_and_a_template_no_less(text: str) -> None:
    for pattern in (of_arguments(text), of_binary(text), of_arguments(text, temporary=False), learn([text])[text]):
        assert re2.fullmatch(pattern.to_re2(), text), pattern.to_re2()


@given(st.text(max_size=40))
def test_any_text_is_matched_by_its_own_pattern(text: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    assert re2.fullmatch(of_arguments(text).to_re2(), text)
    assert re2.fullmatch(of_binary(text).to_re2(), text)


PIECES = [
    "/tmp",
    "/tmp.",
    "/proc/",
    "/run/",
    "/dev/shm/",
    "ab12" * 3,
    "0f" * 32,
    "42",
    "/",
    " ",
    "x",
    "=",
    "maps",
    "sha256:",
]


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
def test_no_varying_part_is_missed_by_the_quick_look_at_a_text(text: str) -> None:
    classes = [part for part in parts_of(text) if not isinstance(part, Literal)]
    # With this word every part is searched for, and it is none itself.
    assert classes == [part for part in parts_of(f"{text} /tmp") if not isinstance(part, Literal)]
