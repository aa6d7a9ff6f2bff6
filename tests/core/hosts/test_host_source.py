"""The addresses of hosts."""

from __future__ import annotations

import pytest

from tetratui.core.errors import UsageError
from tetratui.core.hosts.host_source import has_several_hosts, parse_host_source, split_sources_by_place


@pytest.mark.parametrize(
    ("text", "address", "path"),
    [
        ("ssh://web1", "web1", ""),
        ("ssh://web1/", "web1", ""),
        ("ssh://me@web1:2222/var/log/t.log", "me@web1:2222", "/var/log/t.log"),
        ("ssh://[fe80::1%eth0]:22/x", "[fe80::1%eth0]:22", "/x"),
        ("docker://tetragon", "tetragon", ""),
        ("podman://tetragon/var/log/t.log", "tetragon", "/var/log/t.log"),
        ("k8s://kube-system", "kube-system", ""),
        ("k8s://arn:aws:eks:x:1:cluster/prod/ns/ds", "arn:aws:eks:x:1:cluster/prod/ns/ds", ""),
    ],
)  # fmt: skip
def test_an_address_is_taken_apart(text: str, address: str, path: str) -> None:
    source = parse_host_source(text)
    assert source is not None
    assert (str(source), source.address, source.path) == (text, address, path)


@pytest.mark.parametrize("text", ["tetragon.log", "/var/log/tetragon/tetragon.log", "-", "http://web1", "ssh:/web1"])
def test_a_file_is_no_host(text: str) -> None:
    assert parse_host_source(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "ssh://",
        "ssh://-oProxyCommand=id",
        "ssh://me@-oProxyCommand=id/x",
        "ssh://-l@web1",
        "ssh://me:secret@web1",
        "docker://",
        "docker://--privileged",
        "docker://a b",
        "k8s://--kubeconfig=x",
        "k8s://a//b",
        "ssh://web1\n/x",
    ],
)
def test_what_names_no_host_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_host_source(text)


def test_sources_are_told_apart_by_place() -> None:
    here, hosts = split_sources_by_place(["a.log", "ssh://web1", "-"])
    assert (here, [str(host) for host in hosts]) == (["a.log", "-"], ["ssh://web1"])
    assert has_several_hosts(["a.log", "ssh://web1"])
    assert has_several_hosts(["k8s://kube-system"])
    assert not has_several_hosts(["ssh://web1"])
    assert not has_several_hosts(["a.log", "b.log"])
