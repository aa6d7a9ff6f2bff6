"""The part of README.md about a cluster: how the list gets into force there, what restarts, and how to go back."""

from __future__ import annotations

from tetratui.core.tetragon.manifest.chart import CHART_DEFAULTS, ManifestForm

MANIFESTS: dict[ManifestForm, str] = {"helm": "values.yaml", "configmap": "configmap.yaml"}
"""The name of the file for each form."""

_FILES: dict[ManifestForm, str] = {
    "helm": """\
| `values.yaml` | the cluster: `helm upgrade … -f values.yaml` |
| `export-denylist` | the same list alone, for `--set-file` |
""",
    "configmap": """\
| `configmap.yaml` | the cluster: `kubectl patch configmap tetragon-config --patch-file configmap.yaml` |
| `export-denylist` | the same list alone |
""",
}
_HELM = f"""\
## On the cluster, with Helm

Release and namespace are called `tetragon` and `kube-system` here: yours may differ. If Tetragon's chart is a subchart
of another, put the value below the name that it has there.

    # once more, against the version that is installed there:
    tetratui check values.yaml
    # what is set now, to be able to go back and to compare:
    helm -n kube-system get values tetragon > before.yaml
    helm -n kube-system upgrade tetragon cilium/tetragon --reuse-values -f values.yaml
    # or, with the list alone:
    helm -n kube-system upgrade tetragon cilium/tetragon --reuse-values \\
      --set-file tetragon.exportDenyList=export-denylist

Never `--set` for a list: it splits at commas and braces, and takes backslashes away.

**The value replaces the chart's own list**, which hides probes, `kube-system`, `cilium` and all that has no pod. To go
on hiding these, the list needs the chart's lines too:

{"".join(f"    {line}" + chr(10) for line in CHART_DEFAULTS["denylist"].splitlines())}
What is named in `tetragon.extraArgs` (`export-denylist`) goes to the command line and beats this value.

**What restarts.** Any change below `tetragon:` restarts the agents, node after node. Each node is not watched while its
agent starts; afterwards processes that were running are exported once more, as `procFS`.
"""
_CONFIG_MAP = """\
## On the cluster, with kubectl

Names of the chart's defaults are used here: ConfigMap `tetragon-config` and DaemonSet `tetragon` in `kube-system`.

    # once more, against the version that is installed there:
    tetratui check configmap.yaml
    kubectl -n kube-system get configmap tetragon-config -o yaml > before.yaml
    kubectl -n kube-system patch configmap tetragon-config --patch-file configmap.yaml
    kubectl -n kube-system rollout restart daemonset/tetragon

**What restarts.** Nothing by itself: the file in the pods changes within about a minute, and the agents never read it
again. `rollout restart` restarts them, node after node; each node is not watched while its agent starts. The next
`helm upgrade` writes the ConfigMap anew: put the list into your Helm values as well (`--format helm`).
"""
_AFTER = """\
It worked when

    kubectl -n kube-system rollout status daemonset/tetragon --timeout=10m

ends by itself, and each agent names the list in force in its log (one pod a node; `ds/tetragon` would ask one of them):

    for pod in $(kubectl -n kube-system get pods -l app.kubernetes.io/name=tetragon -o name); do
      kubectl -n kube-system logs "$pod" -c tetragon | grep 'Starting JSON exporter'
    done

**What stops at the first node.** With a list that Tetragon refuses, the agent of the first node ends again and again
(CrashLoopBackOff), and the rollout waits there: the other nodes keep the old list. The reason is in

    kubectl -n kube-system logs POD -c tetragon --previous

"""
_BACK: dict[ManifestForm, str] = {
    "helm": """\
**Going back.** `helm -n kube-system rollback tetragon` restores the ConfigMap and restarts the agents.
`kubectl rollout undo` does **not** restore the ConfigMap: the old pods would read the new list.
""",
    "configmap": """\
**Going back.** `kubectl rollout undo` does **not** restore the ConfigMap: the old pods would read the new list. Instead

    # before.yaml without its lines resourceVersion and uid, which are those of before:
    kubectl -n kube-system patch configmap tetragon-config --patch-file before.yaml
    kubectl -n kube-system rollout restart daemonset/tetragon
""",
}
_LIMITS = """\

The list works on each node's export file, `/var/run/cilium/tetragon/tetragon.log`, and so on what `export-stdout`
prints: `kubectl exec … tetra getevents` still shows everything. The file lies in memory and is gone after a
reboot of the node.
"""


def cluster_files(form: ManifestForm) -> str:
    """Return the rows of the table of files that are there for the cluster."""
    return _FILES[form]


def write_cluster_part(form: ManifestForm) -> str:
    """Return what to do on the cluster with a list in this form."""
    return (_HELM if form == "helm" else _CONFIG_MAP) + "\n" + _AFTER + _BACK[form] + _LIMITS
