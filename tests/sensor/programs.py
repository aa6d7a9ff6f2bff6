"""What `systemctl`, `journalctl` and harmless programs print and do in the world of an agent."""

from __future__ import annotations

import json

from sensor.agent_world import AgentWorld

Answer = tuple[int, str, str]
_NO_JOURNAL = (
    "Hint: You are currently not seeing messages from other users and the system.\n"
    "      Users in groups 'adm', 'systemd-journal' can see all messages.\n"
    "      Pass -q to turn off this notice.\n"
    "No journal files were opened due to insufficient permissions.\n"
)


def run(world: AgentWorld, name: str, words: list[str], path: str = "") -> Answer:
    """Run one program of the world."""
    if name == "systemctl":
        return _systemctl(world, words)
    if name == "journalctl":
        return _journalctl(world, words)
    if name == "docker":
        return _docker(world, words)
    if path.startswith(str(world.root)):
        world.execute([path.removeprefix(str(world.root)), *words])
        return 0, "", ""
    return 127, "", f"{name}: command not found"


def _docker(world: AgentWorld, words: list[str]) -> Answer:
    verb, name = words[0], words[-1]
    match verb:
        case "inspect":
            return (0, json.dumps([world.container()]), "") if name == "tetragon" else (1, "", "No such object")
        case "restart":
            code, error = world.restart()
            return code, "", error
        case "logs":
            since = next((word.partition("=")[2] for word in words if word.startswith("--since=")), "")
            tail = next((int(word.partition("=")[2]) for word in words if word.startswith("--tail=")), None)
            lines = [line for line in world.container_log() if line.split(" ", 1)[0] >= since]
            return 0, "".join(lines if tail is None else lines[-tail:]), ""
        case "cp":
            return 1, "", "no such file"
    return 1, "", f"unknown command: {verb}"


def _systemctl(world: AgentWorld, words: list[str]) -> Answer:
    match words[0]:
        case "show":
            return 0, world.show(), ""
        case "restart":
            code, error = world.restart()
            return code, "", error
        case "reset-failed":
            return 0, "", ""
    return 1, "", f"Unknown command verb '{words[0]}'."


def _journalctl(world: AgentWorld, words: list[str]) -> Answer:
    if not world.may_read_journal():
        return 1, "", _NO_JOURNAL
    after = next((word.partition("=")[2] for word in words if word.startswith("--after-cursor=")), None)
    lines = next((int(word.partition("=")[2]) for word in words if word.startswith("--lines=")), None)
    return 0, world.journal(after, lines), ""
