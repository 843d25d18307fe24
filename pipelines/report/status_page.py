"""The status page: one offline HTML file from what `status_facts` gathered."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipelines.fiscal_year import date_label, label
from pipelines.ingest.contracts import load_contracts
from pipelines.ingest.municipalities import area
from pipelines.model.rows import Row
from pipelines.report.correction import FOLDER, OVERVIEW, SEVERITY_LABELS, STATE_LABELS, recipient
from pipelines.report.correction.wording import is_asked
from pipelines.report.page import TEMPLATES
from pipelines.report.status_facts import STATES, Facts
from pipelines.report.status_matrix import matrices
from pipelines.report.wording import number_text
from pipelines.settings import TOKYO

if TYPE_CHECKING:
    from pipelines.report.status import Attempt

LISTED_FINDINGS = 100
# More than that and the page opens as a list of who has to correct how much, not as the first one's mistakes.
OPEN_FINDINGS = 15
# A mark and a word, never a colour alone.
STATE_MARKS = {
    "未提出": ("未", "missing"),
    "全行保留": ("保", "held"),
    "遅延受領": ("遅", "late"),
    "訂正受領": ("訂", "corrected"),
    "受領": ("○", "received"),
    "期限前": ("・", "early"),
}
# Where the page can be jumped to.
PARTS = (
    ("gate", "公開前の検査"),
    ("submissions", "提出状況"),
    ("findings", "指摘と修正依頼"),
    ("release-changes", "前回の公開版からの動き"),
    ("edition-changes", "前に発行した版からの動き"),
    ("reconciliation", "ファイルと行の突合"),
    ("runs", "実行の記録"),
)
OUTCOMES = {
    "released": ("公開しました", "good"),
    "dry_run": ("試しの実行(公開していません)", "good"),
    "nothing_new": ("新しい資料なし", "good"),
    "held": ("公開を控えています", "bad"),
    "gate_closed": ("公開を見送りました", "bad"),
    "failed": ("途中で止まりました", "bad"),
}
STEP_LABELS = {
    "released": "公開",
    "dry_run": "試行",
    "nothing_new": "変更なし",
    "held": "保留",
    "gate_closed": "見送り",
    "failed": "停止",
}


def render_page(attempt: Attempt, facts: Facts, latest: dict[str, Any], history: list[dict[str, Any]]) -> str:
    """The whole page as text."""
    badge, tone = OUTCOMES[attempt.outcome]
    return (
        _environment()
        .get_template("status.html.j2")
        .render(
            attempt=attempt,
            area=area(),
            facts=facts,
            latest=latest,
            history=list(reversed(history)),
            badge=badge,
            tone=tone,
            fiscal_year=label(attempt.fiscal_year),
            answer=_answer(attempt, facts, latest),
            age=_age(latest["released_at"], attempt.finished_at),
            to_request=[r for r in facts.submissions or () if r["state"] in ("未提出", "全行保留")],
            matrices=matrices([r for r in facts.submissions or () if r["municipality_code"]]),
            prefecture=[r for r in facts.submissions or () if not r["municipality_code"]],
            states=[(state, *STATE_MARKS[state]) for state in reversed(STATES)],
            groups=(groups := _finding_groups(facts)),
            informed=sum(not g["is_asked"] for g in groups),
            resolved=[f for f in facts.resolved if is_asked(f)],
            parts=PARTS,
            documents=_documents(latest["reports"]),
            folder=FOLDER,
            overview=OVERVIEW,
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters.update(
        number=number,
        observed=_observed,
        cause=_cause,
        tenths=lambda value: number_text(value, 1),
        day=lambda value: date_label(value) if value else "",
        short_day=lambda value: f"{value.month}月{value.day}日" if value else "",
        clock=_clock,
        source=_source_label,
        severity=SEVERITY_LABELS.get,
        state=STATE_LABELS.get,
        mark=lambda state: STATE_MARKS[state][0],
        tone=lambda state: STATE_MARKS[state][1],
        outcome=STEP_LABELS.get,
    )
    environment.filters["recipient"] = lambda finding: recipient(finding).split("_", 1)[-1]
    environment.globals.update(limit=LISTED_FINDINGS, open_until=OPEN_FINDINGS)
    return environment


def number(value: object) -> str:
    """A number with thousands separators and no needless decimals; 値なし for none."""
    if value is None:
        return "値なし"
    text = f"{Decimal(str(value)):,.4f}".rstrip("0").rstrip(".")
    return text.replace("-", "−")


def _observed(text: object) -> str:
    """What a check found: a bare number as people write it, everything else as it is."""
    return number(text) if re.fullmatch(r"-?\d+(\.\d+)?", str(text)) else str(text)


def _cause(change: Row) -> str:
    """Why a figure differs from the edition issued last: the first file, and how many more."""
    if not change["file_count"]:
        return "計算の方法" if change["cause"] == "プログラム" else str(change["cause"])
    name = str(change["files"]).split("、", maxsplit=1)[0].rsplit("/", maxsplit=1)[-1]
    return f"{name} ほか{change['file_count'] - 1}件" if change["file_count"] > 1 else name


def _clock(text: str | None) -> str:
    if not text:
        return "記録なし"
    moment = datetime.fromisoformat(text).astimezone(TOKYO)
    return f"{date_label(moment.date())} {moment.hour}時{moment.minute:02d}分"


def _age(released_at: str | None, now: datetime) -> str:
    if released_at is None:
        return "なし"
    hours = max(0, int((now - datetime.fromisoformat(released_at)).total_seconds() // 3600))
    return f"{hours}時間" if hours < 72 else f"{hours // 24}日"


def _answer(attempt: Attempt, facts: Facts, latest: dict[str, Any]) -> list[str]:
    """One sentence with the answer, then what it means for the reader."""
    kept = "前回の公開版をそのままお使いください。" if attempt.release_id else "公開版はまだありません。"
    if attempt.outcome == "failed":
        error = latest["error"] or {"what": "原因は記録されていません。", "todo": ""}
        return [f"実行が途中で止まりました。{kept}", error["what"].replace("\n", " "), error["todo"]]
    if attempt.outcome == "gate_closed":
        count = len(latest["reasons"])
        return [
            f"公開前の検査{latest['checks']}件のうち{count}件が通らず、公開を見送りました。",
            f"{kept}下の「公開前の検査」に、理由とすることがあります。直した資料を受領フォルダに入れると、"
            "次の実行で改めて検査します。",
        ]
    if attempt.outcome == "nothing_new":
        return ["新しい資料はありません。公開版は前回のままです。", _todo_line(facts)]
    if attempt.outcome == "held":
        return [
            f"検査{latest['checks']}件を通りましたが、{attempt.held_by}{kept}",
            attempt.held_todo,
        ]
    waived = f"(うち例外承認{len(latest['waived'])}件)" if latest["waived"] else ""
    if attempt.held_by:
        return [
            f"検査{latest['checks']}件を通りました{waived}(試しの実行です)。このまま実行すると、{attempt.held_by}",
            attempt.held_todo,
        ]
    done = "新しい版を公開しました" if attempt.outcome == "released" else "公開できます(試しの実行です)"
    return [f"検査{latest['checks']}件を通り{waived}、{done}。", _todo_line(facts)]


def _todo_line(facts: Facts) -> str:
    counts = facts.submission_counts
    missing = counts.get("未提出", 0) + counts.get("全行保留", 0)
    errors = facts.finding_counts["error"]
    parts = []
    if missing:
        parts.append(f"提出を求める様式が{missing}件")
    if errors:
        parts.append(f"各団体に直してもらう指摘が{errors}件")
    return "、".join(parts) + "あります。" if parts else "いま、お願いすることはありません。"


def _finding_groups(facts: Facts) -> list[dict[str, Any]]:
    """Open findings per municipality, those with most to correct first."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for finding in facts.findings:
        groups[recipient(finding)].append(finding)
    resolved = Counter(recipient(finding) for finding in facts.resolved if is_asked(finding))
    made = []
    for name in groups.keys() | resolved.keys():
        findings = groups.get(name, [])
        count = Counter(f["severity"] for f in findings)
        states = Counter(f["state"] for f in findings if is_asked(f))
        made.append(
            {
                "folder": name,
                "name": name.split("_", 1)[-1],
                "count": count,
                "states": states | Counter(resolved=resolved[name]),
                "is_asked": bool(count["error"] or count["warning"] or resolved[name]),
                "findings": findings,
            }
        )
    return sorted(
        made, key=lambda group: (-group["count"]["error"], -group["count"]["warning"], group["folder"])
    )


def _documents(paths: list[str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Documents of the release by folder, each by its file's name; the ones beside the report first, without a name."""
    by_folder: dict[str, list[tuple[str, str]]] = {}
    for path in paths:
        folder, _, name = path.partition("/reports/")[2].rpartition("/")
        by_folder.setdefault(folder, []).append((path, name or path.rsplit("/", 1)[-1]))
    return sorted(by_folder.items())


def _source_label(source: str) -> str:
    contract = load_contracts().get(source)
    return contract.label if contract else source
