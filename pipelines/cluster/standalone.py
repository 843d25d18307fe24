"""Spark's own standalone cluster: one master and some workers of this machine, on loopback."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from pipelines.cluster.configuration import HOST, Size, write_configuration
from pipelines.cluster.metastore import metastore
from pipelines.cluster.parts import Parts
from pipelines.cluster.service import Service, free_port
from pipelines.errors import KyosoError

_START_SECONDS = 120.0
_ANOTHER_RUN = 4


@contextmanager
def cluster(folder: Path, size: Size) -> Iterator[dict[str, str]]:
    """Start metastore, master and workers; stop them when the block is left, however that happens.

    Args:
        folder: for the metastore, which stays, and for settings and logs.
        size: workers and memory.

    Yields:
        The environment in which Spark finds the cluster.

    Raises:
        KyosoError: a part is missing, a program did not start, or another cluster uses the folder (exit code 4).
    """
    parts = Parts.find()
    folder = folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as running:
        running.enter_context(_alone(folder))
        for old in ("work", "scratch"):
            shutil.rmtree(folder / old, ignore_errors=True)
        catalog = running.enter_context(metastore(folder / "metastore", parts))
        port, page = free_port(), free_port()
        master = f"spark://{HOST}:{port}"
        write_configuration(folder / "conf", master, catalog, size)
        found = {
            "JAVA_HOME": str(parts.java.resolve().parent.parent),
            "SPARK_HOME": str(parts.spark),
            "SPARK_CONF_DIR": str(folder / "conf"),
            "SPARK_LOCAL_IP": HOST,
        }
        ports = ["--port", str(port), "--webui-port", str(page)]
        first = running.enter_context(
            _spark("マスター", folder / "master.log", found, "master.Master", *ports)
        )
        first.wait_until(lambda: _workers_of(page) is not None, _START_SECONDS)
        own = ["--cores", "1", "--memory", size.memory, "--work-dir", str(folder / "work"), master]
        workers = [
            running.enter_context(
                _spark(f"ワーカー{number}", folder / f"worker{number}.log", found, "worker.Worker", *own)
            )
            for number in range(1, size.workers + 1)
        ]
        for worker in workers:
            worker.wait_until(lambda: _workers_of(page) == size.workers, _START_SECONDS)
        yield found


def _spark(name: str, log: Path, found: Mapping[str, str], program: str, *arguments: str) -> Service:
    others = {name: value for name, value in os.environ.items() if not name.startswith(("SPARK_", "HADOOP_"))}
    environment = {
        **others,
        **found,
        "SPARK_DAEMON_MEMORY": "256m",
        # Master and workers only wait: optimising themselves would take more than it saves.
        "SPARK_DAEMON_JAVA_OPTS": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
    }
    command = [f"{found['SPARK_HOME']}/bin/spark-class", f"org.apache.spark.deploy.{program}", "--host", HOST]
    return Service(f"Sparkの{name}", [*command, *arguments], log, environment)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One cluster per folder; the lock is the kernel's, so a killed one leaves none behind."""
    with (folder / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise KyosoError(
                "このフォルダのSparkのクラスタは、もう動いています。",
                where=str(folder),
                todo="終わるまで待つか、--folder で別のフォルダを指定してください。例: --folder /var/lib/kyoso/spark2",
                exit_code=_ANOTHER_RUN,
            ) from None
        yield


def _workers_of(page: int) -> int | None:
    """How many workers the master on this page has; None while it does not answer."""
    try:
        # Loopback is asked directly, also where a proxy leads out of the house.
        ask = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with ask.open(f"http://{HOST}:{page}/json/", timeout=10) as answer:
            return int(json.load(answer)["aliveworkers"])
    except (OSError, ValueError):
        return None
