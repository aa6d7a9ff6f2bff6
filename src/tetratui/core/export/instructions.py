"""The README.md beside the generated files: what to copy where, what to restart, how to see that it worked."""

from __future__ import annotations

from collections.abc import Sequence

from tetratui.core.export.cluster_instructions import cluster_files, write_cluster_part
from tetratui.core.tetragon.manifest.chart import ManifestForm

DENYLIST = "export-denylist"
LOCALFILE = "ossec-localfile.xml"
GROUP = "agent-group.conf"
POLICY = "network-monitoring.yaml"
SIDECAR = "drafts.json"
README = "README.md"

_HEAD = """\
# What tetratui wrote here

| file | where it goes |
|---|---|
"""
_LIST_OF_HOST = """\
| `export-denylist` | the host: `/etc/tetragon/tetragon.conf.d/export-denylist` (not `/etc/tetragon/tetragon.conf/`) |
"""
_POLICY_OF_HOST = "the host, if connections shall be seen: `/etc/tetragon/tetragon.tp.d/`"
_POLICY_OF_CLUSTER = "the cluster, if connections shall be seen: `kubectl apply -f network-monitoring.yaml`"
_FILES = """\
| `0011-tetratui.xml` | the Wazuh manager: `/var/ossec/etc/rules/0011-tetratui.xml` |
| `ossec-localfile.xml` | one host: its block into `/var/ossec/etc/ossec.conf` of the agent |
| `agent-group.conf` | many hosts: its block into `/var/ossec/etc/shared/GROUP/agent.conf` on the manager |
| `network-monitoring.yaml` | {policy} |
| `drafts.json` | reasons, owners and expiry: `/var/lib/tetratui/NODE/drafts.json`, never a folder of Tetragon's |
"""
_TETRAGON = """\
## On the host

    sudo tetratui apply .        # does all of this, proves it, and goes back unless you confirm it within two minutes

By hand:

    # once more, against the version that is installed there:
    tetratui check export-denylist
    # keep what is there now, outside tetragon.conf.d (Tetragon reads every file in it):
    sudo install -d -m 0700 /var/lib/tetratui/backups
    sudo cp -p /etc/tetragon/tetragon.conf.d/export-denylist /var/lib/tetratui/backups/export-denylist.before
    sudo install -m 0600 export-denylist /etc/tetragon/tetragon.conf.d/export-denylist
    sudo systemctl restart tetragon

There is no reload: SIGHUP ends the agent. A start may take minutes, more with policies. A list that Tetragon refuses
ends the agent at the end of each start, again and again; `systemctl is-active` says `active` meanwhile, and some agents
go on with such a list and export nothing. Nothing but an event of your own proves that it worked. After the restart:

    sudo journalctl -u tetragon -f | grep -F 'Listening for events...'   # a line that is newer than the restart
    /bin/true proof-4711                                                 # a process that the list does not hide
    sudo grep -c proof-4711 /var/log/tetragon/tetragon.log               # 1 or more: it is exported
    sudo journalctl -u tetragon -n 500 | grep 'Starting JSON exporter'   # shows the list in force

Otherwise copy the former file back (or remove the new one), run `sudo systemctl reset-failed tetragon` and restart it,
and prove that in the same way. Until the agent listens again the host is not watched.
The list works on the export file only: `tetra getevents` still shows everything.
"""
_STANDALONE = """\
## On the Wazuh manager

`0011-tetratui.xml` holds its own base rules. Take other base rules for Tetragon out of the rules folder, such as 700000
to 700002 of SOCFortress, "Mastering Linux Monitoring with Tetragon and Wazuh": with ours in force they never win.
"""
_OVERLAY = """\
## On the Wazuh manager

`0011-tetratui.xml` suppresses events over the rules that are there. Its name must sort before theirs.
"""
_MANAGER = """\

    tetratui wazuh check 0011-tetratui.xml
    sudo install -o wazuh -g wazuh -m 0660 0011-tetratui.xml /var/ossec/etc/rules/0011-tetratui.xml
    sudo /var/ossec/bin/wazuh-analysisd -t      # silent, exit code 0; a WARNING (76..) means that a rule is left out
    sudo systemctl restart wazuh-manager        # from 4.13 on: PUT /manager/analysisd/reload does it without a restart

It worked when `/var/ossec/logs/ossec.log` has no `WARNING: (76..)` that names the file, and
`/var/ossec/bin/wazuh-logtest` answers a suppressed line with a rule of level 0.
"""
_AGENT = """\
## On the Wazuh agent

    sudo systemctl restart wazuh-agent

A block for a group reaches the agents by itself within minutes. An agent sends no line longer than 65,278 bytes, and
loses the second line after such a one.
"""


def instructions(mode: str, notes: Sequence[str], form: ManifestForm | None = None) -> bytes:
    """Write README.md for one set of files; `notes` are the sentences that the operator must read first.

    `form` is that in which the list is written for Kubernetes; None: for the agent of a host.
    """
    in_cluster = write_cluster_part(form) if form is not None else None
    files = _FILES.format(policy=_POLICY_OF_HOST if form is None else _POLICY_OF_CLUSTER)
    head = _HEAD + (cluster_files(form) if form is not None else _LIST_OF_HOST) + files
    parts = [head, in_cluster or _TETRAGON, (_STANDALONE if mode == "standalone" else _OVERLAY) + _MANAGER, _AGENT]
    if notes:
        parts.insert(1, "## Read first\n\n" + "".join(f"- {_plain(note)}\n" for note in notes))
    return "\n".join(parts).encode()


def _plain(note: str) -> str:
    """Show a sentence that may quote an event: no character of it acts in Markdown or in a terminal."""
    return "".join(_shown(character) for character in note)


def _shown(character: str) -> str:
    if character in "\\`*_{}[]<>#|!&":
        return f"\\{character}"
    return character if character.isprintable() else "?"
