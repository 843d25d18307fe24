"""Writes what dbt knows of the landed data from the contracts: sources and staging models.

`python -m pipelines.model.sources` writes, `--check` only compares and fails when they drifted.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import yaml

from pipelines.ingest.contracts import Contract, Dataset, load_contracts
from pipelines.settings import CHECKOUT

STAGING = CHECKOUT / "dbt_project" / "models" / "staging"
# The night sets both variables; an analyst's own build reads the released home.
_HOME = "env_var('KYOSO_HOME', '../var/sample')"
_LANDED = f"read_parquet('{{{{ env_var('KYOSO_LANDED', {_HOME} ~ '/landed') }}}}/{{name}}/*.parquet', union_by_name=true)"
_CONTROL = f"{{{{ env_var('KYOSO_BUILD', {_HOME} ~ '/current') }}}}/control/{{name}}.parquet"
_CONTROL_TABLES = {
    "run": "この実行の基準日・対象年度",
    "calendar": "暦(年度・勤務日)",
    "files": "受領したファイル",
    "submissions": "提出の単位ごとの受領の履歴",
    "sightings": "成果の調査票より後に初めて見た設定のファイルと、その前に見た調査票(初めて見た日)",
    "withdrawals": "取下げと、取り下げたファイル",
    "in_force": "基準日に有効な提出",
    "reconciliation": "ファイル・シートごとの行数の照合",
    "bindings": "項目と列の対応",
    "findings": "指摘",
    "finding_states": "指摘の状態(新規・未解決・解決済み)",
    "municipalities": "この事業の全団体",
    "code_labels": "コードの表示名",
    "datasets": "様式の名前",
    "previous_kpi": "前の公開版と、最後に発行した版のKPIの値",
    "previous_kpi_files": "前の公開版と、最後に発行した版のKPIの根拠のファイル",
}
# What every staging model has besides the contract's fields.
_BESIDE = {
    "file_id": "受領したファイル(内容のハッシュ)",
    "sheet": "シート。ZIPの中のファイルは「ファイル › シート」",
    "row": "行番号。Excelで見える番号",
    "typed": "記入のままの文字(JSON、項目名: 文字)。値だけでは分からない項目だけ。個人・回答者の項目は含まない",
    "missing": "値のない理由(JSON、項目名: コード)。none 該当なし、not_available 不詳、suppressed 秘匿",
    "received_date": "受領日",
}
_NOTE = "Generated from {origin} by `make docs`; do not edit."


def generated_files() -> dict[Path, str]:
    """Every generated file with its text, by path."""
    files = {STAGING / "_control.yml": _control_yaml(), STAGING / "_landed.yml": _landed_yaml()}
    for contract in load_contracts().values():
        folder = STAGING / contract.source
        files[folder / f"_{contract.source}.yml"] = _models_yaml(contract)
        for dataset in contract.datasets.values():
            files[folder / f"{model_name(dataset)}.sql"] = _staging_sql(dataset)
    return files


def model_name(dataset: Dataset) -> str:
    """Name of the staging model of a dataset."""
    return f"stg_{dataset.name}"


def drifted() -> list[Path]:
    """Files that differ from their sources, are missing, or have no source any more."""
    wanted = generated_files()
    present = {p for p in STAGING.rglob("*") if p.suffix in (".sql", ".yml")}
    stale = [p for p in present if p not in wanted]
    changed = [p for p, text in wanted.items() if not p.exists() or p.read_text(encoding="utf-8") != text]
    return sorted(stale + changed)


def write() -> list[Path]:
    """Write every generated file; returns those that changed."""
    changed = drifted()
    wanted = generated_files()
    for path in changed:
        if path in wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[path], encoding="utf-8")
        else:
            path.unlink()
    return changed


def _landed_yaml() -> str:
    tables = [
        {"name": d.name, "description": f"{d.label}: {d.description}"}
        for contract in load_contracts().values()
        for d in contract.datasets.values()
    ]
    source = {
        "name": "landed",
        "description": "受領したファイルから読み取った行。1行ごとにファイル・シート・行番号を持つ。",
        "config": {"meta": {"external_location": _LANDED}},
        "tables": tables,
    }
    return _dump({"version": 2, "sources": [source]}, "pipelines/ingest/contracts")


def _control_yaml() -> str:
    source = {
        "name": "control",
        "description": "実行ごとの管理表。",
        "config": {"meta": {"external_location": _CONTROL}},
        "tables": [{"name": name, "description": text} for name, text in _CONTROL_TABLES.items()],
    }
    return _dump({"version": 2, "sources": [source]}, "pipelines/model/sources.py")


def _models_yaml(contract: Contract) -> str:
    models = []
    for dataset in contract.datasets.values():
        columns: list[dict[str, Any]] = [{"name": f.name, "description": f.label} for f in dataset.fields]
        columns += [{"name": name, "description": text} for name, text in _BESIDE.items()]
        models.append(
            {
                "name": model_name(dataset),
                "description": f"{dataset.label}: {dataset.description}",
                "columns": columns,
            }
        )
    return _dump({"version": 2, "models": models}, f"pipelines/ingest/contracts/{contract.source}.odcs.yaml")


def _dump(document: dict[str, Any], origin: str) -> str:
    body = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=110)
    return f"# {_NOTE.format(origin=origin)}\n{body}"


def _staging_sql(dataset: Dataset) -> str:
    columns = "".join(f"        landed.{f.name},\n" for f in dataset.fields)
    origin = f"pipelines/ingest/contracts/{dataset.source}.odcs.yaml"
    is_appended = dataset.submission_key == ("form_file",)
    newest = _newest(dataset) if is_appended else ""
    last = "newest" if is_appended else "in_force_rows"
    return f"""-- {_NOTE.format(origin=origin)}
with landed as (
    select * from {{{{ landed('{dataset.name}') }}}}
),

in_force as (
    select * from {{{{ source('control', 'in_force') }}}}
    where dataset = '{dataset.name}'
),

in_force_rows as (
    select
{columns}        landed._file_id as file_id,
        landed._sheet as sheet,
        landed._row as row,
        landed._typed as typed,
        landed._missing as missing,
        in_force.received_date
    from landed
    inner join in_force
        on landed._file_id = in_force.file_id and landed._submission_key = in_force.submission_key
),
{newest}
final as (
    select * from {last}
)

select * from final
"""


def _newest(dataset: Dataset) -> str:
    """Every file of an export is a submission of its own: a row exported again replaces the earlier one."""
    key = ", ".join(dataset.key_fields)
    columns = "".join(
        f"        {name},\n"
        for name in [f.name for f in dataset.fields] + ["file_id", "sheet", "row", "typed", "missing"]
    )
    return f"""
ranked as (
    select
        *,
        row_number() over (
            partition by {key}
            order by received_date desc, file_id asc, sheet asc, row asc
        ) as export_rank
    from in_force_rows
),

newest as (
    select
{columns}        received_date
    from ranked
    where export_rank = 1
),
"""


def main(arguments: list[str]) -> int:
    """Write, or with `--check` compare. Exit code 1 when something had drifted."""
    if "--check" not in arguments:
        for path in write():
            print(path.relative_to(CHECKOUT))  # noqa: T201
        return 0
    for path in (changed := drifted()):
        print(f"契約と一致しません: {path.relative_to(CHECKOUT)} — `make docs` で作り直してください。")  # noqa: T201
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
