"""Speed of reading a Slack export as ratios to a bare DuckDB: `python -m tests.benchmarks.slack --messages 1000000`.

The floor is `create table as select * from read_json` over the same day files, unpacked and warm, with one
thread. Ours begins with the ZIP and ends with pseudonymous, checked, typed rows. Everything runs on one core;
rounds are interleaved, medians are shown. Ratios are of processor
time, since others use the machine too. Memory is the peak of both processes of a night.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from pipelines.ingest.conform.file import conform_file
from pipelines.ingest.conform.outcome import FileJob, FileOutcome
from pipelines.ingest.pseudonyms import sample_key
from pipelines.ingest.read.worker import ReadingWorkers
from pipelines.ingest.segments import write_segment
from tests.benchmarks.results import parser, report

CHANNELS, DAYS, MEMBERS = 10, 365, 300
_TEXT = "申請様式の作り方を教えてください。当方の例を共有します。よろしくお願いします。"


def write_export(folder: Path, messages: int, *, is_rich: bool) -> tuple[Path, int]:
    """An export as ZIP, with the same day files unpacked under `days/`; returns the ZIP and the posts in it."""
    rng = random.Random(1)
    members = [f"U{n:07d}" for n in range(MEMBERS)]
    per_day = max(1, round(messages / (CHANNELS * DAYS)))
    lists: dict[str, Any] = {
        "channels.json": [{"id": f"C{n}", "name": f"channel{n}"} for n in range(CHANNELS)],
        "users.json": [{"id": m, "name": m, "profile": {"email": f"{m}@town.example"}} for m in members],
    }
    path = folder / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, value in lists.items():
            archive.writestr(name, json.dumps(value))
        for channel in range(CHANNELS):
            for day in range(DAYS):
                posts = [
                    _post(rng, members, day, number, per_day, is_rich=is_rich) for number in range(per_day)
                ]
                # Slack indents by four.
                data = json.dumps(posts, indent=4).encode()
                name = f"channel{channel}/{date(2025, 4, 1) + timedelta(days=day)}.json"
                archive.writestr(name, data)
                target = folder / "days" / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
    return path, CHANNELS * DAYS * per_day


def _post(
    rng: random.Random, members: list[str], day: int, number: int, per_day: int, *, is_rich: bool
) -> dict[str, Any]:
    start = 1_743_433_200 + day * 86_400
    post: dict[str, Any] = {
        "type": "message",
        "user": rng.choice(members),
        "text": _TEXT[: rng.randrange(8, 40)],
        "ts": f"{start + number * 80_000 // per_day}.{rng.randrange(10**6):06d}",
    }
    if number % 3:
        post["thread_ts"] = f"{start}.000100"
    if is_rich:
        elements = [{"type": "rich_text_section", "elements": [{"type": "text", "text": post["text"]}]}]
        post["client_msg_id"] = f"{rng.getrandbits(128):032x}"
        post["team"] = post["user_team"] = post["source_team"] = "T123"
        post["user_profile"] = {
            "avatar_hash": "abc",
            "real_name": "架空 花子",
            "display_name": "h",
            "name": "u",
        }
        post["blocks"] = [{"type": "rich_text", "block_id": f"{rng.getrandbits(24):x}", "elements": elements}]
    return post


def bare(folder: Path) -> None:
    """What nobody who uses DuckDB can avoid."""
    import duckdb

    with duckdb.connect(config={"threads": 1}) as con:
        con.execute(f"create table posts as select * from read_json('{folder}/days/*/*.json')")


def _job(path: Path) -> FileJob:
    return FileJob(
        hashlib.sha256(path.name.encode()).hexdigest(), "chat_activity", path, path.name, sample_key()
    )


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - processor


def _peak_megabytes() -> int:
    """The most memory this process ever had; ru_maxrss would count what its parent had, too."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) // 1024


def _conform_and_tell_memory(job: FileJob) -> tuple[FileOutcome, int]:
    return conform_file(job), _peak_megabytes()


def memory(folder: Path, path: Path) -> str:
    """The peaks of a worker that reads the export and, the first time, of the process that lands it."""
    workers: ReadingWorkers[FileJob, tuple[FileOutcome, int]] = ReadingWorkers(
        _conform_and_tell_memory, count=1
    )
    ((_, result),) = workers.map([_job(path)])
    assert isinstance(result, tuple), result
    write_segment(folder / "landed", "rows", [result[0]])
    return f"peak memory: {result[1]:,} MB in the worker, {_peak_megabytes():,} MB in the main process so far"


def measure(folder: Path, path: Path, messages: int, rounds: int) -> Iterator[str]:
    """Seconds, posts a second and the ratio to the floor."""
    found: dict[str, list[tuple[float, float]]] = {}
    outcome = conform_file(_job(path))
    assert [c.rows_landed for c in outcome.counts] == [messages], outcome.findings
    bare(folder)
    for number in range(rounds):
        works: dict[str, Callable[[], object]] = {
            "bare read_json": lambda: bare(folder),
            "read and checked": lambda: conform_file(_job(path)),
            "read, checked and landed": lambda n=number: write_segment(  # type: ignore[misc]
                folder / f"landed{n}", "rows", [conform_file(_job(path))]
            ),
        }
        for name, work in works.items():
            found.setdefault(name, []).append(_timed(work))
    floors = found["bare read_json"]
    for name, times in found.items():
        # Ratios of one round, since the machine's speed changes from round to round.
        ratio = median(floor[1] / own[1] for floor, own in zip(floors, times, strict=True))
        seconds = median(wall for wall, _ in times)
        yield f"{name:26s} {seconds:6.2f} s {messages / seconds:12,.0f} posts/s   ratio {ratio:.2f}"


def main() -> int:
    """Measure a plain export (type, user, text, ts) and one with everything Slack adds to a post."""
    options = parser("tests.benchmarks.slack", __doc__)
    options.add_argument("--messages", type=int, default=1_000_000)
    options.add_argument("--posts", choices=("plain", "rich", "both"), default="both")
    arguments = options.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    lines = []
    for kind in [kind for kind in ("plain", "rich") if arguments.posts in (kind, "both")]:
        with tempfile.TemporaryDirectory(prefix="kyoso-") as name:
            folder = Path(name)
            path, messages = write_export(folder, arguments.messages, is_rich=kind == "rich")
            size = sum(p.stat().st_size for p in folder.rglob("days/*/*.json")) / 2**20
            lines.append(f"{kind} posts: {messages:,}, {size:,.0f} MB of day files, one core")
            lines.append(memory(folder, path))
            lines += measure(folder, path, messages, arguments.rounds)
    command = f"python -m tests.benchmarks.slack --messages {arguments.messages} --rounds {arguments.rounds}"
    report("Reading chat exports", command, lines, keep=arguments.record)
    return 0


if __name__ == "__main__":
    sys.exit(main())
