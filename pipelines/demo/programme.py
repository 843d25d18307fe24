"""One fictional programme from its seed: all sources, all years, all mistakes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipelines.demo.assessments import write_assessments
from pipelines.demo.chat import write_chat
from pipelines.demo.logs import write_logs
from pipelines.demo.mess import Planted, write_mess
from pipelines.demo.policy import write_policy
from pipelines.demo.procurement import write_procurement, write_statistics
from pipelines.demo.register import write_register
from pipelines.demo.surveys import write_surveys
from pipelines.demo.world import make_world
from pipelines.errors import KyosoError
from pipelines.ingest.municipalities import municipalities
from pipelines.settings import SAMPLE_MARKER

_MARKER_TEXT = """このフォルダは架空データです。

団体名とコードのほかは、すべて作りものです。実在の団体の実績ではありません。
作り直すには: kyoso demo raw/sample --seed {seed}
"""


@dataclass(frozen=True)
class DemoSummary:
    """What was written."""

    file_count: int
    planted: tuple[Planted, ...]


def make_programme(
    out: Path,
    *,
    seed: int = 1,
    count: int = 30,
    mess: float = 1.0,
    effect_sd: float | None = None,
    progress: Callable[[str], None] | None = None,
) -> DemoSummary:
    """Write a fictional programme (R5 to August 2027) into a folder.

    Args:
        out: the folder; must be empty, absent, or an earlier fictional programme, which is replaced.
        seed: the same seed gives the same bytes.
        count: number of municipalities, 4 to 30.
        mess: 0 (tidy) to 1 (as untidy as real submissions).
        effect_sd: by how many standard deviations of the baseline score the dispatch moves a municipality's
            R8 assessments; None tells the sample's story.
        progress: told the Japanese name of each part before it is written.

    Raises:
        KyosoError: the folder holds something else, or the count is out of range.
    """
    if not 4 <= count <= len(municipalities()):
        raise KyosoError(
            "団体数が範囲外です。",
            where=f"--municipalities {count}",
            todo=f"4から{len(municipalities())}の数を指定してください。",
            exit_code=2,
        )
    _empty(out)
    world = make_world(seed, count, mess, effect_sd)
    parts = (
        ("設定", write_policy),
        ("事業台帳", write_register),
        ("アセスメント調査", write_assessments),
        ("派遣・相談記録", write_logs),
        ("アンケート", write_surveys),
        ("チャット", write_chat),
        ("共同調達", write_procurement),
        ("公的統計", write_statistics),
    )
    for name, write in parts:
        if progress:
            progress(name)
        write(world, out)
    planted = write_mess(world, out)
    (out / SAMPLE_MARKER).write_text(_MARKER_TEXT.format(seed=seed), encoding="utf-8")
    return DemoSummary(sum(1 for p in out.rglob("*") if p.is_file()), tuple(planted))


def _empty(out: Path) -> None:
    if not out.exists() or not any(out.iterdir()):
        out.mkdir(parents=True, exist_ok=True)
        return
    if not (out / SAMPLE_MARKER).exists():
        raise KyosoError(
            "架空データではないファイルがあるフォルダには書き込めません。",
            where=str(out),
            todo="空のフォルダを指定してください。",
            exit_code=2,
        )
    for path in sorted(out.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
