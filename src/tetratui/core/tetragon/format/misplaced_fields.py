"""Explain names that operators write into a filter and that no version of Tetragon has there."""

from __future__ import annotations

_FIELD_FILTER = (
    "this looks like a field filter, which removes fields from events and drops none: it belongs into the option"
    " field-filters (Helm: tetragon.fieldFilters)"
)
_REDACTION = (
    "this looks like a redaction filter, which replaces text in arguments and drops no event: it belongs into the"
    " option redaction-filters (Helm: tetragon.redactionFilters)"
)
_WORKLOAD = (
    "no field compares the workload: from 1.4 on write"
    ' "cel_expression":["process_exec.process.pod.workload == \'NAME\'", …], an expression for each kind, or pod_regex'
    " with the names of its pods"
)
_NO_NODE = "no filter sees the node or the cluster: give each node's agent a list of its own, or filter in Wazuh"
_IMAGE = (
    "no field compares the image: from 1.4 on write a cel_expression on process_exec.process.pod.container.image.name"
)

_REMEDIES = {
    "fields": _FIELD_FILTER,
    "action": _FIELD_FILTER,
    "inverteventset": _FIELD_FILTER,
    "redact": _REDACTION,
    "workload": _WORKLOAD,
    "workloads": _WORKLOAD,
    "workloadregex": _WORKLOAD,
    "workloadkind": _WORKLOAD,
    "nodename": _NO_NODE,
    "nodenames": _NO_NODE,
    "nodelabels": _NO_NODE,
    "clustername": _NO_NODE,
    "clusternames": _NO_NODE,
    "image": _IMAGE,
    "imageregex": _IMAGE,
    "containerimage": _IMAGE,
    "namespaces": "write 'namespace', a list of whole names",
    "pod": "write 'pod_regex', a list of expressions on the pod's name",
    "podname": "write 'pod_regex', a list of expressions on the pod's name",
    "podlabels": "write 'labels', a list of selectors such as \"app=web,tier!=db\"",
    "labelselector": "write 'labels', a list of selectors such as \"app=web,tier!=db\"",
    "containername": "write 'container_name_regex', known since 1.6",
    "healthchecks": "write 'health_check': true or false",
    "uid": "no field compares the user: from 1.4 on write a cel_expression on process_exec.process.uid",
    "podannotations": "no filter sees annotations",
}
"""What to write instead, by the name in small letters without `_`."""


def explain_misplaced_field(name: str) -> str | None:
    """Return what to write instead of a name that is no field of a filter; None for a name that nobody explains."""
    return _REMEDIES.get(name.lower().replace("_", "").replace("-", ""))
