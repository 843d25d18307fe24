"""Two releases of the same inputs, whichever engine built the models of each."""

from __future__ import annotations

from pathlib import Path

import duckdb

# The one file whose bytes differ between equal builds; `files.json` holds its hash.
_BY_CONTENT = {"warehouse.duckdb", "files.json"}
_DESCRIBED = {
    "列": """
        select schema_name, table_name, column_name, data_type, is_nullable, comment
        from duckdb_columns() where not internal
    """,
    "表の説明": "select schema_name, table_name, comment from duckdb_tables() where not internal",
    "制約": """
        select schema_name, table_name, constraint_type, constraint_text
        from duckdb_constraints() where schema_name in ('main', 'staging', 'intermediate')
    """,
}


def outcome(home: Path) -> Path:
    """What a night left: the release, or the candidate that the gate turned away."""
    current = home / "current"
    return current.resolve() if current.exists() else home / "build" / "candidate"


def differences(one: Path, other: Path) -> list[str]:
    """Where the two (see `outcome`) are not the same.

    Documents, verdict, control tables and rules byte by byte; the warehouse by what it says of itself.

    Its rows are held against each other by the verdict's fingerprints.
    """
    found = _files(one, other)
    described = [_described(release / "warehouse.duckdb") for release in (one, other)]
    for what, here in described[0].items():
        there = described[1][what]
        found += [f"{what} {line}" for line in sorted(map(str, here ^ there))[:3]]
    return found


def _files(one: Path, other: Path) -> list[str]:
    names = [{str(p.relative_to(r)) for p in r.rglob("*") if p.is_file()} for r in (one, other)]
    found = [f"片方にしかない {name}" for name in sorted(names[0] ^ names[1])]
    both = sorted((names[0] & names[1]) - _BY_CONTENT)
    return found + [name for name in both if (one / name).read_bytes() != (other / name).read_bytes()]


def _described(warehouse: Path) -> dict[str, set[tuple[object, ...]]]:
    with duckdb.connect(str(warehouse), read_only=True) as con:
        return {what: set(con.execute(query).fetchall()) for what, query in _DESCRIBED.items()}
