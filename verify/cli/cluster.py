"""Who runs what a command asks for: processes of this machine, or the workers of a Dask cluster (``--cluster``)."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from verify.engine.outline import Files
from verify.engine.provenance import content_digest
from verify.engine.runner import ExecutorFactory, process_pool
from verify.identity.closure import PROJECT, versions
from verify.kernel import coq

if TYPE_CHECKING:
    from verify.engine.cluster import Cluster


@dataclass(frozen=True)
class Pool(AbstractContextManager["Pool"]):
    """Those who run what is asked for.

    Attributes:
        jobs: how many calls are out at a time.
        cluster: None for processes of this machine.
    """

    jobs: int
    cluster: Cluster | None = None

    @property
    def make(self) -> ExecutorFactory:
        """Makes the executor."""
        cluster = self.cluster
        return process_pool if cluster is None else lambda jobs: cluster

    def __exit__(self, *raised: object) -> None:
        """Leave the cluster."""
        if self.cluster is not None:
            self.cluster.shutdown()


def pool(
    address: str | None,
    jobs: int | None,
    *,
    cache: Path,
    modules: Iterable[str],
    data: Iterable[str] = (),
    kernel: bool = False,
) -> Pool:
    """Return processes of this machine, or the workers of the cluster whose scheduler is at an address.

    Args:
        address: as in ``tcp://HOST:PORT``; None for this machine.
        jobs: how many; by default as many as there are CPUs, or workers.
        cache: where artefacts are kept.
        modules: of the rooms.
        data: files and folders that are read.
        kernel: whether Coq is asked.

    Raises:
        WorkersError: if there is no such cluster, or a worker of it is unlike this machine.
    """
    if address is None:
        return Pool(jobs or os.cpu_count() or 1)
    from verify.engine.cluster import Cluster

    packages = sorted({PROJECT, *(module.partition(".")[0] for module in modules)})
    alike = functools.partial(facts, tuple(packages), tuple(filter(None, data)), kernel)
    cluster = Cluster(address, cache, alike)
    return Pool(jobs or cluster.workers, cluster)


def facts(packages: tuple[str, ...], data: tuple[str, ...], kernel: bool) -> dict[str, str]:
    """What must be the same on every machine for evidence to be the same: versions, Coq, data and code."""
    found = dict(versions())
    if kernel:
        found["coq"] = coq.version() or "absent"
        found["Coq's libraries"] = coq.libraries() or "absent"
    for path in data:
        found[path] = content_digest(Path(path)) if os.path.exists(path) else "absent"
    files = Files(packages)
    found["the code"] = files.stamp([file for file in files.present if file.endswith(".py")])
    return found
