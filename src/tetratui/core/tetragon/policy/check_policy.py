"""Answer the question of `policy check`: would an agent load this file, and what would it then do."""

from __future__ import annotations

from dataclasses import dataclass

from tetratui.core.tetragon.policy.lints import PolicyLint, lint_policy
from tetratui.core.tetragon.policy.load_checks import LoadingAgent, find_load_failures
from tetratui.core.tetragon.policy.policy import Policy, build_policy
from tetratui.core.tetragon.policy.policy_error import PolicyError
from tetratui.core.tetragon.policy.validate import find_refusals
from tetratui.core.tetragon.policy.yaml_tree import MapNode, parse_document


@dataclass(frozen=True, slots=True)
class CheckedPolicy:
    """A policy file as an agent sees it."""

    policy: Policy | None
    """None if the parser refuses the file."""
    errors: tuple[PolicyError, ...]
    lints: tuple[PolicyLint, ...]

    @property
    def loads(self) -> bool:
        """Whether nothing was found that keeps the agent from loading it."""
        return not self.errors

    @property
    def is_dangerous(self) -> bool:
        """Whether a lint has the severity error."""
        return any(finding.severity == "error" for finding in self.lints)


def check_policy(content: bytes, agent: LoadingAgent) -> CheckedPolicy:
    """Return what an agent makes of the bytes of a policy file."""
    try:
        text = content.decode("utf-8-sig")
        root = parse_document(text)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        column = error.start - (content.rfind(b"\n", 0, error.start) + 1) + 1
        return CheckedPolicy(None, (PolicyError(line, column, "not UTF-8: save the file as UTF-8"),), ())
    except PolicyError as error:
        return CheckedPolicy(None, (error,), ())
    refusals = tuple(find_refusals(root, agent.version))
    if refusals or not isinstance(root, MapNode):
        return CheckedPolicy(None, refusals, ())
    policy = build_policy(root)
    return CheckedPolicy(policy, tuple(find_load_failures(policy, agent)), tuple(lint_policy(policy, agent)))
