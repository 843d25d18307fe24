"""A released programme many times over: the rows it landed and the control tables beside them.

Copy k of a row differs from the first in what names things (municipalities, people, cases, files, …), so
that every copy is a programme of its own and nothing meets across copies. What the prefecture decided
(policy) stays as it is. Values stay, so every total is a multiple of the first programme's.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

# What names a thing in landed rows and control tables; `name` only in the register of municipalities.
_NAMES = frozenset(
    {
        *("area_code", "case_no", "lead_municipality_code", "member", "message_key", "municipality_code"),
        *("path", "person", "superseded_by", "supplier_corporate_number", "supplier_name", "thread_key"),
        *("vendor_corporate_number", "vendor_name"),
    }
)
_OF_MUNICIPALITIES = frozenset({"name", "long_name", "kana"})
_MANY = (
    "bindings",
    "files",
    "finding_states",
    "findings",
    "in_force",
    "municipalities",
    "reconciliation",
    "submissions",
)
_POLICY = "policy"


def enlarge(home: Path, factor: int, out: Path) -> int:
    """Write `landed/` and `candidate/control/` of a programme `factor` times the one released in a home.

    Returns:
        The number of landed rows, all sources together.
    """
    rows = 0
    with duckdb.connect() as con:
        for folder in sorted((home / "landed").iterdir()):
            if folder.name.startswith("_"):
                continue
            target = out / "landed" / folder.name
            target.mkdir(parents=True)
            source = f"read_parquet('{folder}/*.parquet', union_by_name=true)"
            times = 1 if folder.name.startswith(_POLICY) else factor
            rows += _write(con, source, times, target / "00001.parquet")
        control = out / "candidate" / "control"
        control.mkdir(parents=True)
        for path in sorted((home / "current" / "control").glob("*.parquet")):
            times = factor if path.stem in _MANY else 1
            _write(
                con,
                f"read_parquet('{path}')",
                times,
                control / path.name,
                is_register=path.stem == "municipalities",
            )
    return rows


def _write(
    con: duckdb.DuckDBPyConnection, source: str, times: int, target: Path, *, is_register: bool = False
) -> int:
    columns = con.execute(f"describe select * from {source}").fetchall()
    chosen = ", ".join(_column(name, kind, is_register=is_register) for name, kind, *_ in columns)
    # The first copy keeps its names, so a policy that names a file or a municipality still finds it.
    query = f"select {chosen} from {source} as r cross join range({times}) as copies(k)"
    con.execute(f"copy ({query}) to '{target}' (format parquet)")
    return int(con.execute(f"select count(*) from '{target}'").fetchall()[0][0])


def _column(name: str, kind: str, *, is_register: bool) -> str:
    plain = name.removeprefix("_")
    names_a_thing = plain in _NAMES or plain.endswith("_id") or (is_register and plain in _OF_MUNICIPALITIES)
    if plain == "submission_key":
        # A year or a hash is a submission's whole key where the prefecture sends; the file tells the copies apart.
        renamed = f"""regexp_replace(r."{name}", '^([0-9]{{6}})/', '\\1~' || k || '/')"""
        return f'case when k = 0 then r."{name}" else {renamed} end as "{name}"'
    if is_register and plain == "sort_order":
        return f'r."{name}" + 1000 * k as "{name}"'
    if not names_a_thing or kind != "VARCHAR" or plain == "key_id":
        return f'r."{name}"'
    return f"""case when k = 0 then r."{name}" else r."{name}" || '~' || k end as "{name}\""""
