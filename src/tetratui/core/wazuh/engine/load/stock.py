"""What of the stock ruleset of 4.14.7 must be known without having it: its roots, its ids, its group names.

Facts counted from the ruleset, not its text. With the real stock files among the rules, nothing of this is used.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from importlib import resources


def _text(file: str) -> str:
    return resources.files("tetratui.core.wazuh.engine.load").joinpath(file).read_text(encoding="ascii")


def words(file: str) -> list[str]:
    """Read a file of words that lies beside this module."""
    return _text(file).split()


ROOT_FILE = "0010-rules_config.xml"
"""The file that holds the roots: what sorts before it finds no place to hang from."""
ROOTS = ((1, "syslog"), (2, "firewall"), (3, "ids"), (4, "web-log"), (5, "squid"), (6, "windows"), (7, "ossec"))
"""(id, category): level 0, `noalert`. The decoder `json` is of the category syslog."""
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
"""Group names that stock rules carry: `if_group` finds a rule by any part of such a name."""


def _ranges(parts: list[str]) -> tuple[list[int], list[int]]:
    firsts, lasts = [], []
    for part in parts:
        first, _, last = part.partition("-")
        firsts.append(int(first))
        lasts.append(int(last or first))
    return firsts, lasts


@dataclass(frozen=True, slots=True)
class StockParents:
    """What a stock rule hangs under, as its file writes it; an overwriting rule cannot change it."""

    if_sid: bytes | None = None
    if_group: bytes | None = None
    if_level: bytes | None = None
    matched_sid: int | None = None
    matched_group: bytes | None = None


@cache
def _parents() -> dict[int, StockParents]:
    """Read them: in each line five texts with bars between, and the ids and ranges of ids of the rules."""
    found: dict[int, StockParents] = {}
    for line in _text("stock_parents.txt").splitlines():
        texts, _, ids = line.rpartition(": ")
        sid, group, level, matched_sid, matched_group = (text.encode() or None for text in texts.split("|"))
        parents = StockParents(sid, group, level, int(matched_sid) if matched_sid else None, matched_group)
        for first, last in zip(*_ranges(ids.split()), strict=True):
            found.update(dict.fromkeys(range(first, last + 1), parents))
    return found


def parents_of(rule: int) -> StockParents:
    """Give the parents of a stock rule; those at the top have none."""
    return _parents().get(rule, StockParents())


class StockIds:
    """The ids that stock rules use, as a container.

    Without 700 and 701, which the ruleset's files name: a rule of id 700 loads beside them without a warning [ran it].
    """

    def __init__(self) -> None:
        self._firsts, self._lasts = _ranges(words("stock_ids.txt"))

    def __contains__(self, rule: int) -> bool:
        at = bisect_right(self._firsts, rule) - 1
        return at >= 0 and rule <= self._lasts[at]
