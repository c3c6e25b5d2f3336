"""What the broker says of itself: welcome, status, the manifest (docs/reference/protocol.md, sections 3 and 6)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from velatura import __version__
from velatura.contract.manifest import Manifest, manifest_hash
from velatura.serve.blobs.spool import Spool
from velatura.serve.config import Config
from velatura.serve.jobs.worker_pool import Worker, WorkerPool
from velatura_link.messages import PROTOCOL, Header


def welcome(config: Config, instance: str, manifest: Manifest | None, known: str | None) -> Header:
    """A welcome; the manifest is left out when the client has the one with hash ``known``."""
    current = manifest_hash(manifest) if manifest is not None else None
    limits = {name: value for name, value in asdict(config.limits).items() if name != "sessions"}
    return {
        "t": "welcome",
        "v": PROTOCOL,
        "instance": instance,
        "version": __version__,
        "limits": limits,
        "manifest_hash": current,
        "manifest": manifest if current != known else None,
        "heartbeat": config.heartbeat,
    }


def manifest_notice(manifest: Manifest) -> Header:
    """That the engines are known now, for clients that came before."""
    return {
        "t": "notice",
        "code": "manifest",
        "message": "The engines are known now.",
        "manifest_hash": manifest_hash(manifest),
        "manifest": manifest,
    }


def status(config: Config, facts: dict[str, Any], spool: Spool, pool: WorkerPool) -> Header:
    """``facts`` about the daemon, with its spool and workers."""
    return {
        "t": "status",
        "version": __version__,
        **facts,
        "spool": {"bytes": spool.bytes, "quota": spool.quota, "blobs": len(spool)},
        "workers": [_worker(worker, config) for worker in pool],
    }


def _worker(worker: Worker, config: Config) -> dict[str, Any]:
    state = "busy" if worker.jobs else "idle"
    return {
        "pid": worker.process.pid,
        "device": worker.title or worker.asked or config.device,
        "state": state if worker.ready else "starting",
        "job": worker.jobs[-1].id if worker.jobs else None,
        "counters": worker.counters,
    }
