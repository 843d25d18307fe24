"""One fictional programme from its seed: all sources, all years, all mistakes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipelines.demo.assessments import write_assessments
from pipelines.demo.chat import write_chat
from pipelines.demo.load import write_messages
from pipelines.demo.logs import more_consultations, write_consultations, write_logs
from pipelines.demo.mess import Planted, write_mess
from pipelines.demo.nation import MOST, register_of
from pipelines.demo.policy import write_policy
from pipelines.demo.procurement import write_procurement, write_statistics
from pipelines.demo.register import write_register
from pipelines.demo.surveys import write_surveys
from pipelines.demo.world import World, make_world
from pipelines.errors import KyosoError
from pipelines.ingest.municipalities import use_municipalities
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


# Kinds of files, by source, in the order in which they are written.
PARTS = {
    "policy": ("設定", write_policy),
    "register": ("事業台帳", write_register),
    "assessment": ("アセスメント調査", write_assessments),
    "visit_log": ("派遣・相談記録", write_logs),
    "survey": ("アンケート", write_surveys),
    "chat_activity": ("チャット", write_chat),
    "procurement": ("共同調達", write_procurement),
    "public_statistics": ("公的統計", write_statistics),
}
# R8 is the year of the dispatch: the story begins three years before it, a load may begin four years before.
STORY_YEARS, MOST_YEARS = 4, 5
_LAST_YEAR = 2026


@dataclass(frozen=True)
class Load:
    """How much is written besides the story, and which part of it at all.

    Attributes:
        years: fiscal years up to R8, 1 to 5.
        workbooks: consultation reports are added until there are so many workbooks in all.
        messages: posts added to the chat, in exports of their own.
        only: sources to write; all when empty.
    """

    years: int = STORY_YEARS
    workbooks: int = 0
    messages: int = 0
    only: frozenset[str] = frozenset()


def make_programme(
    out: Path,
    *,
    seed: int = 1,
    count: int = 30,
    mess: float = 1.0,
    effect_sd: float | None = None,
    load: Load | None = None,
    progress: Callable[[str], None] | None = None,
) -> DemoSummary:
    """Write a fictional programme (R5 to August 2027) into a folder.

    Args:
        out: the folder; must be empty, absent, or an earlier fictional programme, which is replaced.
        seed: the same seed gives the same bytes.
        count: number of municipalities, 4 to 1,741; beyond the prefecture's thirty they are invented. Unless it is
            thirty, the programme brings its own register of municipalities.
        mess: 0 (tidy) to 1 (as untidy as real submissions).
        effect_sd: by how many standard deviations of the baseline score the dispatch moves a municipality's
            R8 assessments; None tells the sample's story.
        load: how much of it; the story alone by default.
        progress: told the Japanese name of each part before it is written.

    Raises:
        KyosoError: the folder holds something else, or a number is out of range.
    """
    load = load or Load()
    _check(count, load)
    _empty(out)
    # First of all: what is there when somebody interrupts this is fictional too, and may be replaced.
    (out / SAMPLE_MARKER).write_text(_MARKER_TEXT.format(seed=seed), encoding="utf-8")
    use_municipalities(register_of(count))
    try:
        world = make_world(seed, count, mess, effect_sd, first_year=_LAST_YEAR + 1 - load.years)
        planted = _write(world, out, load, progress or (lambda name: None))
    finally:
        use_municipalities(())
    return DemoSummary(sum(1 for p in out.rglob("*") if p.is_file()), tuple(planted))


def _write(world: World, out: Path, load: Load, progress: Callable[[str], None]) -> list[Planted]:
    for source, (name, write) in PARTS.items():
        if not load.only or source in load.only:
            progress(name)
            write(world, out)
    planted = [] if load.only else write_mess(world, out)
    if load.workbooks:
        _write_more_workbooks(world, out, load.workbooks, progress)
    if load.messages:
        progress("チャットの積み増し")
        write_messages(world, out, load.messages)
    return planted


def _write_more_workbooks(world: World, out: Path, wanted: int, progress: Callable[[str], None]) -> None:
    """Add consultation reports until there are so many workbooks; none when there is no room for all of them."""
    count, places = sum(1 for _ in out.rglob("*.xlsx")), more_consultations(world)
    if wanted > count + len(places):
        raise KyosoError(
            f"表計算ファイルは、この団体数と年数では{count + len(places):,}件までです。",
            where=f"--workbooks {wanted}",
            todo=f"--municipalities か --years を増やすか、--workbooks {count + len(places)} としてください。",
            exit_code=2,
        )
    if wanted > count:
        progress("相談記録の積み増し")
        write_consultations(world, out, places[: wanted - count])


def _check(count: int, load: Load) -> None:
    ranges = (
        ("--municipalities", count, 4, MOST),
        ("--years", load.years, 1, MOST_YEARS),
        ("--workbooks", load.workbooks, 0, 100_000),
        ("--messages", load.messages, 0, 100_000_000),
    )
    for option, value, least, most in ranges:
        if not least <= value <= most:
            raise KyosoError(
                "数が範囲外です。",
                where=f"{option} {value}",
                todo=f"{least:,}から{most:,}の数を指定してください。例: {option} {most}",
                exit_code=2,
            )
    if unknown := load.only - PARTS.keys():
        raise KyosoError(
            f"資料「{'、'.join(sorted(unknown))}」はありません。",
            where="--only",
            todo=f"次のいずれかを書いてください: {'、'.join(PARTS)}。例: --only visit_log",
            exit_code=2,
        )


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
    # The marker last: a folder half emptied is still known as fictional.
    for path in sorted(out.rglob("*"), key=lambda path: (path.name != SAMPLE_MARKER, path), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
