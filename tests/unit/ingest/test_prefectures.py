"""Whose files are whose. A wrong part costs a worker's time; a file in no part would wait for the night."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.demo.nation import register_of
from pipelines.ingest.ledger import Receipt
from pipelines.ingest.municipalities import default_municipalities
from pipelines.ingest.prefectures import COMMON, Prefectures, part_of

NATION = Prefectures(register_of(1741))


def _receipt(path: str, seq: int = 1) -> Receipt:
    return Receipt(seq, path, f"{seq:064x}", "visit_log", date(2026, 4, 1), 1, True)


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("R8/visit_log/2026-04-01/海南市_派遣実施報告書.xlsx", "30_和歌山県"),
        ("R8/visit_log/2026-04-01/【再送】 海 南 市.xlsx", "30_和歌山県"),
        ("和歌山県/R8/visit_log/2026-04-01/報告書.xlsx", "30_和歌山県"),
        ("30_和歌山県/R8/visit_log/2026-04-01/報告書.xlsx", "30_和歌山県"),
        ("R8/register/2026-05-29/事業台帳.xlsx", COMMON),
        ("R8/visit_log/2026-04-01/市.xlsx", COMMON),
        ("海南市/x.xlsx", COMMON),
    ],
)
def test_the_folder_or_the_municipality_in_the_name_decides(path: str, part: str) -> None:
    assert NATION.of(_receipt(path)) == part


def test_every_municipality_that_no_other_shares_its_name_with_is_found() -> None:
    register = register_of(1741)
    names = [m.name for m in register]
    for m in register:
        expected = part_of(m) if names.count(m.name) == 1 else COMMON
        assert NATION.of(_receipt(f"R8/assessment/2026-10-09/{m.name}_アセスメント調査票.xlsx")) == expected
        assert NATION.of(_receipt(f"R8/assessment/2026-10-09/{m.long_name}_調査票.xlsx")) == part_of(m)


def test_a_longer_name_that_holds_a_shorter_one_wins() -> None:
    tsu, yaizu = (
        m.__class__(**{**m.__dict__, "name": name, "long_name": prefecture + name, "prefecture": prefecture})
        for m, name, prefecture in zip(
            (default_municipalities()[0], register_of(40)[-1]),
            ("津市", "焼津市"),
            ("三重県", "静岡県"),
            strict=True,
        )
    )
    found = Prefectures([tsu, yaizu]).of(_receipt("R8/visit_log/2026-04-01/焼津市.xlsx"))
    assert found == part_of(yaizu)


@given(st.lists(st.text(max_size=30)))
def test_every_file_is_in_exactly_one_part(names: list[str]) -> None:
    receipts = [_receipt(f"R8/visit_log/2026-04-01/{name}", seq) for seq, name in enumerate(names)]
    parts = NATION.parts(receipts)
    assert sorted(r.seq for files in parts.values() for r in files) == list(range(len(names)))
    assert set(parts) <= {COMMON, *map(part_of, register_of(1741))}
    assert all(parts.values())
