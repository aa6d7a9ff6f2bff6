"""Read the export lists of a file, whatever form it has, as an agent would."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tetratui.core.tetragon.format.scanner import FilterError
from tetratui.core.tetragon.format.versions import ANCESTOR_CHOICES, EnabledFeatures, Features, Version
from tetratui.core.tetragon.manifest.chart import CHART_DEFAULTS
from tetratui.core.tetragon.manifest.list_file import ListFile
from tetratui.core.tetragon.manifest.list_location import ListForm, ListRole
from tetratui.core.tetragon.match.filter_list import FilterList, read

_ON = frozenset({"true", "1", "t"})
_FORM_WORDS: dict[ListForm, str] = {
    "list": "an export list",
    "helm": "Helm values",
    "configmap": "a ConfigMap",
    "agent": "options of the agent",
}


@dataclass(frozen=True)
class ListFileLists:
    """The lists of one file. Lines and columns of their errors are those of the file."""

    file: ListFile
    lists: dict[ListRole, FilterList]
    """The lists that stand in it; a file that is a list has that list only."""

    @property
    def notes(self) -> list[str]:
        """What an operator should know of a manifest: what it is, and what beats its lists, one sentence each."""
        if not self.file.is_manifest:
            return []
        keys = [self.file.path_of(role) for role in self.lists]
        notes = [f"{self.file.name} is read as {_FORM_WORDS[self.file.form]}: {' and '.join(keys) or 'it has no list'}"]
        if self.file.form == "helm":
            notes += [
                f"{self.file.name} sets no {self.file.path_of(role)}: the chart's default is in force there: {text}"
                for role, text in CHART_DEFAULTS.items()
                if role not in self.lists
            ]
        return notes + self.file.cautions()


def read_lists(file: ListFile, version: Version, features: EnabledFeatures, role: ListRole) -> ListFileLists:
    """Return the lists of a file as an agent of this version and features reads them.

    Args:
        file: the file.
        version: the version of the agent.
        features: the optional features of the agent that are on.
        role: which list it is, for a file that is a list itself.

    Raises:
        RefusedError: the file is broken YAML or JSON, has no list, or has several of a kind.
    """
    if not file.is_manifest:
        return ListFileLists(file, {role: read(file.data, version, features, role == "allowlist")})
    roles: tuple[ListRole, ...] = ("denylist", "allowlist")
    features = find_features(file, features)
    return ListFileLists(file, {role: read_list(file, role, version, features) for role in roles if file.has(role)})


def find_features(file: ListFile, features: EnabledFeatures) -> EnabledFeatures:
    """Return the optional features of an agent that a manifest configures; what it leaves open is as given.

    The chart lets the agent resolve pods unless its user says otherwise, whatever an agent on this machine does.

    Raises:
        RefusedError: see `read_lists`.
    """

    def is_on(option: str, value_name: str = "") -> bool | None:
        value = file.option(option, value_name)
        return None if value is None else value.lower() in _ON

    kubernetes = is_on("enable-k8s-api", "enableK8sAPI")
    if kubernetes is None:
        kubernetes = True if file.form == "helm" else features.kubernetes
    ancestors = frozenset((file.option("enable-ancestors") or "").replace(",", " ").split()) & ANCESTOR_CHOICES
    return replace(
        features,
        process_cred=features.process_cred or bool(is_on("enable-process-cred", "enableProcessCred")),
        pid_set_filter=features.pid_set_filter or bool(is_on("enable-pid-set-filter")),
        ancestors=features.ancestors | ancestors,
        kubernetes=kubernetes,
    )


def read_list(file: ListFile, role: ListRole, version: Version, features: EnabledFeatures) -> FilterList:
    """Return one list of a file. What would stop the agent is in its errors. Raises RefusedError as `read_lists`."""
    as_allowlist = role == "allowlist"
    try:
        data, location = file.list_bytes(role), file.location(role)
    except FilterError as error:
        return FilterList((), [error], b"", Features(version, features), as_allowlist)
    filters = read(data, version, features, as_allowlist)
    filters.errors[:] = [location.move_error(error) for error in filters.errors]
    return filters
