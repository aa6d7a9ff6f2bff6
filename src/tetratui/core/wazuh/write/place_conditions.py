"""Write the conditions on a pod: namespace, workload, name, labels and container, and the flag of a probe.

A label is a field of its own, `…pod.pod_labels.KEY`, whatever dots and slashes the key holds: rules see it also where
the manager's alerts lose it, because there a label `app` stands in the way of `app.kubernetes.io/name`.
"""

from __future__ import annotations

from tetratui.core.events.kinds import Kind
from tetratui.core.exclusion import Exclusion
from tetratui.core.wazuh.write.alternatives import Alternative, make_exact_patterns, write_alternatives
from tetratui.core.wazuh.write.rule_text import NoSuppressionRuleError

_FLAG = "container.maybe_exec_probe"


def write_place_conditions(exclusion: Exclusion, kind: Kind) -> list[list[Alternative]]:
    """Write the conditions of an exclusion on pods, each as a list of alternatives.

    Raises:
        NoSuppressionRuleError: a Wazuh rule cannot express one of them.
    """
    place, pod = exclusion.place, f"{kind.json_key}.process.pod"
    conditions: list[list[Alternative]] = []
    if place.namespaces and place.namespaces != ("",):
        if "" in place.namespaces:
            raise NoSuppressionRuleError("a rule compares a pod or its absence, not either", "draft them one by one")
        conditions.append(write_alternatives(f"{pod}.namespace", make_exact_patterns(place.namespaces)))
    if place.pods:
        conditions.append(write_alternatives(f"{pod}.name", place.pods))
    if place.containers:
        conditions.append(write_alternatives(f"{pod}.container.name", make_exact_patterns(place.containers)))
    if place.workloads:
        conditions.append(
            [
                own_kind + own_name
                for workload_kind, name in place.workloads
                for own_kind in write_alternatives(f"{pod}.workload_kind", make_exact_patterns([workload_kind]))
                for own_name in write_alternatives(f"{pod}.workload", make_exact_patterns([name]))
            ]
        )
    for key, value in place.labels:
        conditions.append(write_alternatives(f"{pod}.pod_labels.{key}", make_exact_patterns([value])))
    if exclusion.probe:
        # Tetragon's filter looks at the parent too: the children of a shell that runs the probe.
        blocks = (f"{kind.json_key}.process.pod", f"{kind.json_key}.parent.pod")
        conditions.append([((f"{block}.{_FLAG}", r"\Atrue\z"),) for block in blocks])
    return conditions
