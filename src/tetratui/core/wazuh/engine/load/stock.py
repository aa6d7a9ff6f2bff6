"""Facts about the stock ruleset of Wazuh 4.14.7, for loading rules without it: roots, group names, parents of rules.

They were counted from the ruleset; its text is not here. If the real stock files are loaded, none of this is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

from tetratui.core.wazuh.rule_ids import parse_ranges


def _read_text(file: str) -> str:
    return resources.files("tetratui.core.wazuh.engine.load").joinpath(file).read_text(encoding="ascii")


def read_words(file: str) -> list[str]:
    """Return the words in a file beside this module."""
    return _read_text(file).split()


ROOT_FILE = "0010-rules_config.xml"
"""The file with the roots. A rule in a file that sorts before it finds no parent."""
ROOTS = ((1, "syslog"), (2, "firewall"), (3, "ids"), (4, "web-log"), (5, "squid"), (6, "windows"), (7, "ossec"))
"""(id, category) of rules of level 0 with `noalert`. The decoder `json` has the category syslog."""
CATEGORIES = tuple(category for _, category in ROOTS)

GROUPS = (
    "syslog,firewall,ids,web-log,web,accesslog,squid,windows,ossec,sshd,pam,authentication_failed,authentication_success,"
    "authentication_failures,invalid_login,login_denied,attack,attacks,recon,exploit_attempt,access_control,policy_violation,"
    "adduser,account_changed,config_changed,service_control,system_error,system_shutdown,low_diskspace,errors,local,"
    "syscheck,syscheck_entry_modified,syscheck_file,rootcheck,active_response,audit,audit_command,sudo,su,apache,nginx,"
    "postfix,sendmail,mail,spam,virus,virustotal,malware,docker,amazon,aws,osquery,ciscat,oscap,sca,vulnerability-detector,"
    "sysmon,win_evt_channel,windows_security,logon,mysql_log,postgresql_log,named,dhcp,ftpd,vpn,ms,iptables,cisco,fortigate,"
    "gdpr_,pci_dss_,hipaa_,nist_800_53_,gpg13_,tsc_,github,office365,gcp,json,dpkg,yum,kernel,linuxkernel,elastic,wordpress"
)
"""Group names of stock rules: `if_group` finds a rule by any part of such a name."""


@dataclass(frozen=True, slots=True)
class StockParents:
    """The parents of a stock rule as its file names them; an overwriting rule cannot change them."""

    if_sid: bytes | None = None
    if_group: bytes | None = None
    if_level: bytes | None = None
    matched_sid: int | None = None
    matched_group: bytes | None = None


@cache
def _parents() -> dict[int, StockParents]:
    """Return the parents by rule id. A line of the file has five texts between bars, then ids and ranges of ids."""
    parents_by_id: dict[int, StockParents] = {}
    for line in _read_text("stock_parents.txt").splitlines():
        texts, _, ids = line.rpartition(": ")
        sid, group, level, matched_sid, matched_group = (text.encode() or None for text in texts.split("|"))
        parents = StockParents(sid, group, level, int(matched_sid) if matched_sid else None, matched_group)
        for first, last in zip(*parse_ranges(ids.split()), strict=True):
            parents_by_id.update(dict.fromkeys(range(first, last + 1), parents))
    return parents_by_id


def parents_of(rule: int) -> StockParents:
    """Return the parents of a stock rule; a top rule has none."""
    return _parents().get(rule, StockParents())
