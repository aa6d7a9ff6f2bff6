"""What `systemctl`, `journalctl` and harmless programs print and do in the world of an agent."""

from __future__ import annotations

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
    if path.startswith(str(world.root)):
        world.execute([path.removeprefix(str(world.root)), *words])
        return 0, "", ""
    return 127, "", f"{name}: command not found"


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
