"""Find what is misleading in the fields of a filter about pods, containers, labels and probes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from tetratui.core.events.kinds import WITH_PROCESS, Kind
from tetratui.core.tetragon.format.filter import Filter
from tetratui.core.tetragon.format.filter_writer import canonical_text
from tetratui.core.tetragon.format.scanner import FilterError
from tetratui.core.tetragon.format.versions import FIELD_SINCE
from tetratui.core.tetragon.lint.hardening import has_loose_dot, is_anchored
from tetratui.core.tetragon.lint.pattern_lints import FilterFinding
from tetratui.core.tetragon.lint.probes import Side
from tetratui.core.tetragon.lint.reach import judge_reach, matches_every_text
from tetratui.core.tetragon.match.labels import parse_selector
from tetratui.core.tetragon.match.regex import compile_pattern

if TYPE_CHECKING:
    from tetratui.core.tetragon.match.filter_list import FilterList

DOCKER_LENGTH = 31
"""Characters of a container's id that `docker` holds; all 64 of them where the agent runs with enable-cgidmap."""
_WITHOUT_POD = (
    "the host's own processes, pause containers, containers that Kubernetes does not know, pods that the agent knew too"
    " late"
)
_SIDES = {
    (Side.HOST, Side.CONTAINER): ("outside-pods", f"that has no pod: {_WITHOUT_POD}"),
    (Side.HOST,): ("outside-containers", "of a process that is in no container"),
    (Side.CONTAINER, Side.POD): ("every-container", "of a process in a container"),
    (Side.POD,): ("every-pod", "of every pod"),
}
"""The code and words for what a filter matches on some sides only."""
_NAMESPACE = re.compile(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?")
_PATTERN_CHARACTERS = re.compile(r"[\^$*+?()\[\]|\\]")
_GLOB = re.compile(r"\*?[-A-Za-z0-9.]*\*?")
_PLAIN_NAME = re.compile(r"\^?[a-z0-9](?:[-a-z0-9.]|\\\.)*\$?")
_LONG_ID = re.compile(r"[0-9a-f]{32,}")
_LONG_COUNT = re.compile(r"\{(\d+)(,\d*)?\}")
_LABEL_OF_CEL = re.compile(r"""pod_labels\[(['"])(.*?)\1\]""")


def lint_sides(filter_: Filter, filters: FilterList) -> Iterator[FilterFinding]:
    """Yield what a filter matches whole: everything outside of pods, or every pod."""
    reach = judge_reach(filter_, filters.features)
    if filters.as_allowlist or reach.everything or reach.all_processes or not reach.sides:
        return
    kinds = frozenset.union(*(kinds for _, kinds in reach.sides))
    sides = tuple(side for side, whole in reach.sides if whole and whole == kinds)
    words = _SIDES.get(sides)
    if words is None:
        return
    code, which = words
    every = kinds >= WITH_PROCESS & set(filters.features.kind_of_key.values())
    if code == "outside-pods" and Kind.LSM in kinds:
        which += ", LSM events of all these"
    named = "" if every else f"{', '.join(sorted(kind.word for kind in kinds))} "
    unknown = filters.features.options.kubernetes is None and code == "outside-pods"
    more = "; without Kubernetes (enable-k8s-api) that is all of them" if unknown else ""
    yield code, "warning", f"it drops every {named}event {which}{more}", _fix_of_side(code, filter_)


def _fix_of_side(code: str, filter_: Filter) -> str:
    if code != "outside-pods":
        return "name binaries, namespaces or workloads as well"
    others = tuple(value for value in filter_.namespace or () if value)
    if others:
        return canonical_text(replace(filter_, namespace=others))
    return 'leave it out to see the host; {"container_id":["^$"]} drops the processes that are in no container, no more'


def lint_namespaces(filter_: Filter, filters: FilterList) -> Iterator[FilterFinding]:
    """Yield the findings on `namespace`, which is compared as a text, and on `namespace_regex`, which is searched."""
    for value in filter_.namespace or ():
        if _PATTERN_CHARACTERS.search(value):
            text = f"namespace {value!r} is compared as text: it is no pattern, and no namespace has that name"
            yield "namespace-no-regex", "warning", text, _namespace_fix(filter_, filters)
        elif value and _NAMESPACE.fullmatch(value) is None:
            text = f"namespace {value!r} is no name that Kubernetes takes: small letters, digits and -, at most 63"
            yield "never-matches", "warning", text, "write the namespace as kubectl get namespaces prints it"
    for pattern in filter_.namespace_regex or ():
        if compile_pattern(pattern).search("") is not None and not matches_every_text(pattern):
            text = f"namespace_regex {pattern!r}: an event without a pod matches no expression, not even an empty one"
            yield "never-matches", "warning", text, 'write "namespace":[""] for events without a pod'
    yield from _lint_unanchored(filter_, "namespace_regex", "any namespace that holds it matches: {0}-x, my-{0}")


def _namespace_fix(filter_: Filter, filters: FilterList) -> str:
    values = filter_.namespace or ()
    names = [name for value in values for name in (value.split("|") if value else [""])]
    if all(_NAMESPACE.fullmatch(name) or not name for name in names):
        return canonical_text(replace(filter_, namespace=tuple(dict.fromkeys(names))))
    since = FIELD_SINCE["namespace_regex"]
    patterns = tuple(_as_expression(value) for value in values if value)
    if filters.version < since:
        prefix = next((value.rstrip("*") for value in values if value.endswith("*")), "openshift-")
        return (
            f"name each namespace; patterns come with namespace_regex in {since}. From 1.4 on, by kind:"
            f' "cel_expression":["process_exec.process.pod.namespace.startsWith(\'{prefix}\')"]'
        )
    fixed = canonical_text(replace(filter_, namespace=None, namespace_regex=patterns))
    return fixed if "" not in values else f"two entries, as the two fields of one must both match: {fixed} and the rest"


def _as_expression(value: str) -> str:
    """Return the expression that is meant by a name, a name with `*`, or an expression."""
    if _GLOB.fullmatch(value):
        start = "" if value.startswith("*") else "^"
        stop = "" if value.endswith("*") else "$"
        return start + value.strip("*").replace(".", r"\.") + stop
    if all(_NAMESPACE.fullmatch(name) for name in value.split("|")):
        return f"^({value})$"
    return value


def lint_pods(filter_: Filter, _filters: FilterList) -> Iterator[FilterFinding]:
    """Yield the findings on the expressions for names of pods and containers."""
    for pattern in filter_.pod_regex or ():
        if _PLAIN_NAME.fullmatch(pattern) and not is_anchored(pattern):
            name = pattern.strip("^$")
            text = f"pod_regex {pattern!r}: any pod whose name holds it matches: {name}-x, my-{name}"
            yield "unanchored-pod", "warning", text, _pod_fix(filter_, name)
        elif not is_anchored(pattern) and not matches_every_text(pattern):
            text = f"pod_regex {pattern!r} matches anywhere in a name, or only one end of it is fixed"
            yield "unanchored-pod", "warning", text, "write the whole name, from ^ to $"
        if has_loose_dot(pattern):
            text = f"pod_regex {pattern!r}: the dot matches any character, and names of pods may hold dots"
            yield "unescaped-dot", "warning", text, r"write \\. in the list, which is \. to the expression"
    yield from _lint_unanchored(filter_, "container_name_regex", "any container whose name holds it matches: my-{0}")


def _pod_fix(filter_: Filter, name: str) -> str:
    name = name.replace("\\.", ".").replace(".", r"\.")
    deployment = canonical_text(replace(filter_, pod_regex=(f"^{name}-[a-z0-9]+-[a-z0-9]{{5}}$",)))
    return (
        f"for a Deployment {deployment}; a StatefulSet's pods are ^{name}-[0-9]+$, a DaemonSet's"
        f" ^{name}-[a-z0-9]{{5}}$, a CronJob's ^{name}-[0-9]{{8,10}}-[a-z0-9]{{5}}$"
    )


def _lint_unanchored(filter_: Filter, field: str, words: str) -> Iterator[FilterFinding]:
    patterns: tuple[str, ...] = getattr(filter_, field) or ()
    loose = [pattern for pattern in patterns if not is_anchored(pattern) and not matches_every_text(pattern)]
    for pattern in loose:
        if pattern.startswith(("^", r"\A")) and not _PLAIN_NAME.fullmatch(pattern):
            continue
        # ^openshift- fixes the start and leaves the end open on purpose.
        if pattern.startswith("^") and pattern.endswith("-"):
            continue
        fixed = tuple(f"^{value.strip('^$')}$" if value in loose else value for value in patterns)
        fix = canonical_text(replace(filter_, **{field: fixed}))  # type: ignore[arg-type]
        text = f"{field} {pattern!r}: {words.format(pattern.strip('^$'))}"
        yield f"unanchored-{field.partition('_')[0]}", "warning", text, fix


def lint_labels(filter_: Filter, filters: FilterList) -> Iterator[FilterFinding]:
    """Yield the selectors that pods without the label satisfy too."""
    if filters.as_allowlist:
        return
    for selector in filter_.labels or ():
        try:
            requirements = parse_selector(selector)
        except FilterError:
            continue
        known = {requirement.key for requirement in requirements if requirement.operator in {"exists", "=", "in"}}
        negative = dict.fromkeys(one.key for one in requirements if one.operator in {"!=", "notin"})
        missing = [key for key in negative if key not in known]
        if missing:
            fixed = ",".join([*missing, selector])
            labels = tuple(fixed if value == selector else value for value in filter_.labels or ())
            text = f"labels {selector!r}: != and notin also match pods that have no label {', '.join(missing)}"
            yield "labels-without-key", "warning", text, canonical_text(replace(filter_, labels=labels))


def lint_health_check(filter_: Filter, filters: FilterList) -> Iterator[FilterFinding]:
    """Yield what `health_check` matches, both ways."""
    if filter_.health_check is True and filters.as_allowlist:
        text = "in an allowlist health_check true keeps the probes of Kubernetes, which are what most people drop"
        yield "probes", "warning", text, "put it into the denylist"
    elif filter_.health_check is True:
        text = (
            "it drops exec probes (liveness and readiness) and what they start, and so what an attacker runs with a"
            " probe's exact command line; startup probes, and runc on the host, stay visible"
        )
        yield "probes", "info", text, "nothing to change; name labels as well to drop the probes of one workload"
    elif filter_.health_check is False and filters.as_allowlist:
        text = "health_check false keeps everything but the probes of Kubernetes"
        yield "probes", "info", text, 'the same, said shorter: {"health_check":true} in the denylist'
    elif filter_.health_check is False and {name for name, _ in filter_.conditions()} <= {"health_check", "event_set"}:
        text = "health_check false matches what is no probe: nearly everything, events without a process too"
        yield "not-probes", "warning", text, canonical_text(replace(filter_, health_check=True))


def lint_container_ids(filter_: Filter, _filters: FilterList) -> Iterator[FilterFinding]:
    """Yield the expressions for container ids that expect another length or form than events hold."""
    for pattern in filter_.container_id or ():
        scheme = re.search(r"(?:containerd|docker|cri-o)(?:://|:\\/\\/)", pattern)
        counts = [int(count[1]) for count in _LONG_COUNT.finditer(pattern) if count[2] is None]
        if scheme is not None:
            text = f"container_id {pattern!r}: process.docker holds the id without {scheme[0]}"
            yield "never-matches", "warning", text, "write ^ and the first 31 characters of the id"
        elif _LONG_ID.search(pattern) or any(count > DOCKER_LENGTH for count in counts):
            text = (
                f"container_id {pattern!r}: events hold the first 31 characters of an id"
                " (all 64 only where the agent runs with enable-cgidmap)"
            )
            yield "container-id-length", "warning", text, _container_id_fix(filter_, pattern)


def _container_id_fix(filter_: Filter, pattern: str) -> str:
    match = _LONG_ID.search(pattern)
    short = f"^{match[0][:DOCKER_LENGTH]}" if match is not None else "."
    ids = tuple(short if value == pattern else value for value in filter_.container_id or ())
    return canonical_text(replace(filter_, container_id=ids))


def lint_label_keys(source: str) -> Iterator[FilterFinding]:
    """Yield the labels that a CEL expression reads without asking first whether the pod has them."""
    for _, key in dict.fromkeys(_LABEL_OF_CEL.findall(source)):
        if not re.search(rf"""['"]{re.escape(key)}['"]\s+in\s""", source):
            text = (
                f"a pod without the label {key!r} makes the whole filter false, and the agent logs an error each time"
            )
            yield "cel-unguarded", "warning", text, f"write '{key}' in ….pod_labels && ….pod_labels['{key}'] == …"
