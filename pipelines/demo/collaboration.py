"""Working groups, events, knowledge base and the chat's members: the collaboration between municipalities."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from pipelines.demo.world import World, working_days

Rows = list[dict[str, Any]]
# name, type, theme, region, GOALS code, need, initiator, lead (rank among leaders or None), start, outcome count, fate
_WGS: tuple[tuple[Any, ...], ...] = (
    (
        "電子契約の共同調達WG",
        "business_creation",
        "joint_procurement",
        "全県",
        "G1",
        "契約事務の効率化",
        "prefecture",
        0,
        date(2025, 6, 10),
        4,
        "",
    ),
    (
        "生成AI共同利用WG",
        "business_creation",
        "generative_ai",
        "全県",
        "G2",
        "生成AIの安全な利用",
        "prefecture",
        1,
        date(2025, 7, 1),
        3,
        "",
    ),
    (
        "オンライン申請様式の共通化WG",
        "business_creation",
        "online_procedures",
        "全県",
        "G1",
        "申請様式の共通化",
        "municipality",
        2,
        date(2025, 9, 8),
        3,
        "",
    ),
    (
        "RPA共同調達WG",
        "business_creation",
        "joint_procurement",
        "紀北",
        "G3",
        "定型業務の自動化",
        "prefecture",
        3,
        date(2026, 5, 12),
        2,
        "",
    ),
    (
        "窓口DX WG",
        "business_creation",
        "bpr",
        "紀中",
        "G1",
        "書かない窓口",
        "municipality",
        4,
        date(2026, 5, 20),
        2,
        "",
    ),
    (
        "データ利活用WG",
        "business_creation",
        "data_use",
        "全県",
        "G4",
        "統計の可視化",
        "prefecture",
        None,
        date(2026, 6, 3),
        1,
        "cancelled",
    ),
    (
        "日高地域DX人材育成WG",
        "self_reliant",
        "human_resources",
        "日高",
        "G5",
        "職員の育成",
        "bureau",
        5,
        date(2025, 10, 1),
        2,
        "",
    ),
    (
        "紀南広域連携WG",
        "self_reliant",
        "work_style",
        "紀南",
        None,
        None,
        "municipality",
        2,
        date(2026, 5, 28),
        1,
        "",
    ),
    (
        "伊都テレワークWG",
        "self_reliant",
        "work_style",
        "伊都",
        "G5",
        "働き方の見直し",
        "municipality",
        3,
        date(2026, 6, 17),
        1,
        "",
    ),
    (
        "有田セキュリティ勉強会WG",
        "self_reliant",
        "security",
        "有田",
        "G6",
        "情報セキュリティの底上げ",
        "bureau",
        4,
        date(2026, 7, 6),
        1,
        "",
    ),
    (
        "東牟婁ドローン活用WG",
        "self_reliant",
        "data_use",
        "東牟婁",
        "G4",
        "災害時の情報収集",
        "municipality",
        0,
        date(2026, 8, 4),
        0,
        "",
    ),
    (
        "標準化移行情報共有WG",
        "self_reliant",
        "standardization",
        "全県",
        "G7",
        "標準化移行の情報共有",
        "prefecture",
        1,
        date(2025, 5, 15),
        2,
        "finished",
    ),
)
_LADDER = ("considered", "agreed", "implemented", "operating")


def wg_facts(world: World, fiscal_year: int, upto: date) -> dict[str, Rows]:
    """WG register, meetings, attendance and outcomes as known on a day, for one fiscal year."""
    facts: dict[str, Rows] = {"wgs": [], "wg_meetings": [], "wg_attendance": [], "wg_outcomes": []}
    for number, spec in enumerate(_WGS, start=1):
        if spec[8] > min(upto, date(fiscal_year + 1, 3, 31)):
            continue
        for prefecture in world.prefectures:
            _one_wg(prefecture, number, spec, fiscal_year, upto, facts)
    return facts


def _one_wg(
    world: World, number: int, spec: tuple[Any, ...], fiscal_year: int, upto: date, facts: dict[str, Rows]
) -> None:
    name, wg_type, theme, region, code, need, initiator, lead, start, outcomes, fate = spec
    rng = world.rng(f"wg/{number}")
    wg_id = f"WG{number:02d}{world.mark}"
    leader = world.leaders[lead] if lead is not None and lead < len(world.leaders) else None
    ended = start + timedelta(days=150) if fate else None
    is_over = ended is not None and ended <= upto
    facts["wgs"].append(
        {
            "wg_id": wg_id,
            "name": name,
            "wg_type": wg_type,
            "theme": theme,
            "region": region,
            "goals_code": code,
            "need": need,
            "initiator_kind": initiator,
            "lead_municipality_code": leader.code if leader else None,
            "start_date": start,
            "status": fate if is_over else "active",
            "end_date": ended if is_over else None,
        }
    )
    others = [t for t in world.towns if not t.is_stuck and t is not leader]
    members = ([leader] if leader else []) + rng.sample(others, min(len(others), rng.randint(3, 8)))
    last = min(ended or date(2027, 3, 20), date(2027, 3, 20))
    day, meeting = start, 0
    while day <= last:
        meeting += 1
        held = working_days(day, day + timedelta(days=12))[0]
        facilitator = (
            "producer"
            if meeting <= 2 or (wg_type == "business_creation" and number % 2)
            else rng.choice(["municipality", "bureau"])
        )
        attended = [t for t in members if t is leader or rng.random() < 0.8]
        if held <= upto and date(fiscal_year, 4, 1) <= held <= date(fiscal_year + 1, 3, 31):
            facts["wg_meetings"].append(
                {
                    "wg_id": wg_id,
                    "meeting_no": meeting,
                    "held_date": held,
                    "facilitator_kind": facilitator,
                    "mode": rng.choice(["in_person", "online", "hybrid"]),
                }
            )
            for town in attended:
                facts["wg_attendance"].append(
                    {
                        "wg_id": wg_id,
                        "meeting_no": meeting,
                        "municipality_code": town.code,
                        "section_kind": rng.choice(["dx_section", "dx_section", "line_section"]),
                        "headcount": rng.randint(1, 3),
                    }
                )
        day += timedelta(days=rng.randint(38, 55))
    for step in range(outcomes):
        reached = start + timedelta(days=60 + 75 * step + rng.randint(0, 20))
        if reached <= upto and date(fiscal_year, 4, 1) <= reached <= date(fiscal_year + 1, 3, 31):
            facts["wg_outcomes"].append(
                {
                    "outcome_id": f"O{number:02d}-1{world.mark}",
                    "wg_id": wg_id,
                    "outcome_stage": _LADDER[step],
                    "reached_date": reached,
                    "description": f"{name.removesuffix('WG')}の{('課題の整理', '進め方の合意', '試行の実施', '本運用の開始')[step]}",
                }
            )


_EVENTS = (
    ("top_seminar", "首長・幹部向けトップセミナー", 7, 16),
    ("introductory_training", "DX入門研修", 6, 11),
    ("joint_training", "市町村DX合同研修(第1回)", 8, 27),
    ("joint_training", "市町村DX合同研修(第2回)", 10, 22),
    ("study_visit", "市町村DX合同視察", 11, 5),
    ("joint_training", "市町村DX合同研修(第3回)", 2, 4),
)


def event_facts(world: World, fiscal_year: int, upto: date) -> dict[str, Rows]:
    """Events, attendance, expansion to line sections and knowledge-base articles."""
    rng = world.rng(f"events/{fiscal_year}")
    facts: dict[str, Rows] = {"events": [], "event_attendance": [], "expansions": [], "kb_articles": []}
    for number, (kind, name, month, day) in enumerate(_EVENTS, start=1):
        held = date(fiscal_year + (month < 4), month, day)
        going = [
            (t, rng.random() < 0.75 - 0.35 * t.is_stuck, rng.randint(1, 4), rng.random() < 0.35)
            for t in world.towns
        ]
        if held > upto:
            continue
        event_id = f"E{fiscal_year - 2018}-{number:02d}"
        facts["events"].append({"event_id": event_id, "kind": kind, "name": name, "held_date": held})
        for town, goes, count, line in going:
            if goes:
                facts["event_attendance"].append(
                    {
                        "event_id": event_id,
                        "municipality_code": town.code,
                        "section_kind": "line_section" if line else "dx_section",
                        "headcount": count,
                    }
                )
    if fiscal_year < 2025:
        return facts
    for town in world.towns:
        asked = date(fiscal_year, rng.randint(5, 11), rng.randint(1, 27))
        granted = asked + timedelta(days=rng.randint(7, 40)) if rng.random() < 0.7 else None
        wants, articles = rng.random() < 0.45, rng.randint(0, 2) if town.level > 0.35 else 0
        if wants and asked <= upto:
            facts["expansions"].append(
                {
                    "municipality_code": town.code,
                    "section_name": rng.choice(["福祉課", "税務課", "建設課"]),
                    "requested_date": asked,
                    "granted_date": granted if granted and granted <= upto else None,
                }
            )
        for number in range(articles):
            published = date(fiscal_year, rng.randint(5, 12), rng.randint(1, 27))
            if published <= upto:
                facts["kb_articles"].append(
                    {
                        "article_id": f"K{fiscal_year - 2018}-{town.code[:5]}-{number + 1}",
                        "title": rng.choice(["電子申請の始め方", "議事録作成の工夫", "庁内説明資料のひな型"]),
                        "municipality_code": town.code,
                        "published_date": published,
                        "view_count": rng.randint(12, 160),
                    }
                )
    return facts


def chat_members(world: World, fiscal_year: int, upto: date) -> Rows:
    """Who belongs where in the chat; some moved between sections, the prefecture and producers are there too."""
    rng = world.rng("members")
    rows: Rows = []
    for town in world.towns:
        joined = date(2024, 7, 1) + timedelta(days=rng.randint(0, 90))
        for number in range(1 + (town.level > -0.6) + (town.level > 0.3)):
            line = number >= 1 and rng.random() < 0.6
            since = joined if number < 2 else date(2025, 6, 2)
            rows.append(
                {
                    "member": f"staff{town.code[:5]}-{number + 1}@example.jp",
                    "affiliation_kind": "municipality",
                    "municipality_code": town.code,
                    "section_kind": "line_section" if line else "dx_section",
                    "valid_from": since,
                    "valid_to": None,
                }
            )
    for kind, count in (("prefecture", 3), ("producer", 1), ("adviser", 1)):
        for number in range(count):
            rows.append(
                {
                    "member": f"{kind}{number + 1}@example.jp",
                    "affiliation_kind": kind,
                    "municipality_code": None,
                    "section_kind": None,
                    "valid_from": date(2024, 7, 1),
                    "valid_to": None,
                }
            )
    return [r for r in rows if r["valid_from"] <= min(upto, date(fiscal_year + 1, 3, 31))]
