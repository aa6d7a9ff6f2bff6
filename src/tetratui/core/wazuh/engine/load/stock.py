"""What of the stock ruleset of 4.14.7 must be known without having it: its roots, its ids, its group names.

Facts counted from the ruleset, not its text. With the real stock files among the rules, nothing of this is used.
"""

from __future__ import annotations

from bisect import bisect_right
from importlib import resources


def _words(file: str) -> list[str]:
    return resources.files("tetratui.core.wazuh.engine.load").joinpath(file).read_text(encoding="ascii").split()


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


DECODERS = frozenset(_words("stock_decoders.txt"))
"""Names of stock decoders. None but `json` takes Tetragon's events, so their rules never match one."""


def _ranges() -> tuple[list[int], list[int]]:
    firsts, lasts = [], []
    for part in _words("stock_ids.txt"):
        first, _, last = part.partition("-")
        firsts.append(int(first))
        lasts.append(int(last or first))
    return firsts, lasts


class StockIds:
    """The ids that stock rules use, as a container.

    Without 700 and 701, which the ruleset's files name: a rule of id 700 loads beside them without a warning [ran it].
    """

    def __init__(self) -> None:
        self._firsts, self._lasts = _ranges()

    def __contains__(self, rule: int) -> bool:
        at = bisect_right(self._firsts, rule) - 1
        return at >= 0 and rule <= self._lasts[at]
