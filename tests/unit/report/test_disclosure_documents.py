"""Every form and every karte of one edition, read back by somebody who wants to know what few people answered."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from docx import Document
from openpyxl import load_workbook
from pypdf import PdfReader

from pipelines.errors import KyosoError
from pipelines.report import facts as facts_module
from pipelines.report.content import build_report
from pipelines.report.disclosure.audit import write_record
from pipelines.report.disclosure.cells import Key
from pipelines.report.disclosure.check import check
from pipelines.report.disclosure.plan import Plan, Survey, decide
from pipelines.report.document import Cell, Paragraph, Report, Table
from pipelines.report.edition import EditionTitle
from pipelines.report.facts import Facts
from pipelines.report.figures import draw
from pipelines.report.render import DOCUMENTS
from tests.unit.report.attacking import Attack, pinned
from tests.unit.report.reading import read_page, squeezed
from tests.unit.report.surveyed import YEAR, Answers, survey

pytestmark = pytest.mark.slow

EDITION = EditionTitle("確定版 第1号")
SMALL, LARGER, THIRD, OPEN = "302015", "302023", "302058", "302074"
# One town of four; B and C go with it, so that neither the public nor B or C can compute it; D is shown.
SUCCESSOR: Answers = {SMALL: (4, 3), LARGER: (12, 5), THIRD: (13, 6), OPEN: (20, 11)}
# Two of sixty would not pay: the prefecture's own figure points at them.
PAYS: Answers = {SMALL: (15, 15), LARGER: (15, 14), THIRD: (15, 15), OPEN: (15, 14)}
PERCENT: Answers = {code: (15, 300 + n) for n, code in enumerate(PAYS)}
ANSWERED = {
    ("K602", YEAR): SUCCESSOR,
    ("K603", YEAR - 1): {SMALL: (3, 2), LARGER: (4, 1)},
    ("K603", YEAR): {SMALL: (20, 8), LARGER: (20, 9), THIRD: (20, 10), OPEN: (20, 13)},
    ("K605", YEAR): PAYS,
    ("K606", YEAR): PERCENT,
}


def opened(candidate: Path, edition: EditionTitle | None = EDITION) -> Iterator[Facts]:
    facts = Facts(candidate, edition)
    yield facts
    facts.close()


def write(
    report: Report, folder: Path, keys: tuple[str, ...] = ("pdf", "xlsx", "docx", "html", "karte")
) -> Path:
    """Every form, and the kartes of those who were surveyed."""
    folder.mkdir()
    drawn = draw(replace(report, kartes=tuple(k for k in report.kartes if k.key in SUCCESSOR)))
    for document in DOCUMENTS:
        if document.key in keys:
            document.write(drawn, folder / document.file_name)
    return folder


@pytest.fixture(scope="module")
def candidate(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return survey(release, tmp_path_factory.mktemp("surveyed") / "candidate", ANSWERED)


@pytest.fixture(scope="module")
def facts(candidate: Path) -> Iterator[Facts]:
    yield from opened(candidate)


@pytest.fixture(scope="module")
def report(facts: Facts) -> Report:
    return build_report(facts)


@pytest.fixture(scope="module")
def published(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(report, tmp_path_factory.mktemp("published") / "reports")


# --- what a reader finds in each form: for each KPI the row that begins with its number ------------------------

Row = list[str]


def in_html(folder: Path) -> dict[str, list[Row]]:
    page = read_page(folder / "annual_evaluation.html")
    return by_kpi(row for rows in page.tables.values() for row in rows)


def in_excel(folder: Path) -> dict[str, list[Row]]:
    book = load_workbook(folder / "annual_evaluation.xlsx")
    rows = (row for sheet in book.worksheets for row in sheet.iter_rows(values_only=True))
    return by_kpi(["" if v is None else str(v) for v in row] for row in rows)


def in_word(folder: Path) -> dict[str, list[Row]]:
    tables = Document(str(folder / "annual_evaluation.docx")).tables
    return by_kpi([cell.text for cell in row.cells] for table in tables for row in table.rows)


def in_pdf(folder: Path) -> dict[str, list[Row]]:
    """The words between one KPI's number and the next, page by page."""
    found: dict[str, list[Row]] = {}
    for page in PdfReader(folder / "annual_evaluation.pdf").pages:
        pieces = re.split(r"(K\d{3})", page.extract_text())
        for kpi_id, words in zip(pieces[1::2], pieces[2::2], strict=False):
            found.setdefault(kpi_id, []).append([kpi_id, *words.split()])
    return found


def by_kpi(rows: Iterator[Row] | list[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        for kpi_id in dict.fromkeys(cell for cell in row[:3] if re.fullmatch(r"K\d{3}", cell)):
            found.setdefault(kpi_id, []).append(row)
    return found


FORMS = {"html": in_html, "xlsx": in_excel, "docx": in_word, "pdf": in_pdf}


def kartes(folder: Path) -> dict[str, str]:
    """The words of each surveyed municipality's page."""
    return {code: PdfReader(folder / "karte" / f"{code}.pdf").pages[0].extract_text() for code in SUCCESSOR}


def on_karte(words: str, kpi_id: str) -> float | None:
    """A municipality's own value on its page, if it is there."""
    found = re.search(rf"{kpi_id}\s*\D[^\n]*?\(%\)\s*([\d.]+)", words.replace("\n", " "))
    return float(found[1]) if found else None


def attack_on(folder: Path, kpi_id: str, answers: Answers) -> tuple[Attack, list[str]]:
    """Mount the attack with what was really read; who is asked knows how many answered in each municipality."""
    attack, secret, pages = Attack(), [], kartes(folder)
    respondents = sum(n for n, _ in answers.values())
    attack.unknown("県", 0, respondents)
    for code, (n, _) in answers.items():
        attack.unknown(code, 0, n)
        value = on_karte(pages[code], kpi_id)
        if value is None:
            secret.append(code)
        else:
            attack.learn({code: 1}, round(value * n / 100))
    attack.learn({**dict.fromkeys(answers, 1.0), "県": -1.0}, 0)
    rates = {
        round(float(number) * respondents / 100)
        for row in in_html(folder)[kpi_id]
        for cell in row[1:]
        for number in re.findall(r"^([\d.]+)%?$", cell)
        if "." in number
    }
    if len(rates) == 1:
        attack.learn({"県": 1}, rates.pop())
    else:
        assert not rates, "one figure has one value"
        secret.append("県")
    return attack, secret


def test_nothing_that_is_hidden_can_be_computed_from_all_that_was_published(published: Path) -> None:
    attack, secret = attack_on(published, "K602", SUCCESSOR)
    assert secret == [SMALL, LARGER, THIRD]
    assert not pinned(attack, secret)
    for insider in secret:
        knowing = Attack(attack.limits, [*attack.equations, ({insider: 1.0}, SUCCESSOR[insider][1])])
        assert not pinned(knowing, [code for code in secret if code != insider])
    attack, secret = attack_on(published, "K605", PAYS)
    assert "県" in secret
    assert not pinned(attack, secret)


def test_without_complementary_suppression_the_same_attack_succeeds(
    candidate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def careless(con: duckdb.DuckDBPyConnection, *given: object) -> Plan:
        plan = make_plan(con, *given)  # type: ignore[arg-type]
        cells = {key: d.cell for key, d in plan.decisions.items()}
        printed = [key for key, d in plan.decisions.items() if d.is_printed]
        return replace(decide(plan.policy, Survey(cells, printed), is_complementary=False), kpis=plan.kpis)

    make_plan = facts_module.make_plan
    monkeypatch.setattr(facts_module, "make_plan", careless)
    for facts in opened(candidate):
        folder = write(build_report(facts), tmp_path / "reports", ("html", "karte"))
    attack, secret = attack_on(folder, "K602", SUCCESSOR)
    assert secret == [SMALL]
    assert pinned(attack, secret) == [SMALL]
    assert attack.between(SMALL) == (3, 3)


@pytest.mark.parametrize("form", FORMS)
def test_a_suppressed_figure_is_called_so_in_every_form_and_no_number_stands_in_its_rows(
    form: str, published: Path
) -> None:
    rows = FORMS[form](published)
    for kpi_id, secrets in (("K605", ("96.7", "58", "60")), ("K606", ("20.1", "1206", "1,206", "60"))):
        assert any("秘匿" in cell for row in rows[kpi_id] for cell in row), kpi_id
        said = [cell.removesuffix("%") for row in rows[kpi_id] for cell in row]
        assert not set(said) & set(secrets), (form, kpi_id, said)
    # Shown, but of the year before only that it is suppressed: three of seven.
    assert any("50.0" in cell for row in rows["K603"] for cell in row)
    assert any("秘匿" in cell for row in rows["K603"] for cell in row)
    assert not any(cell.startswith("42.9") or cell == "7.1" for row in rows["K603"] for cell in row)


def test_kartes_name_what_they_suppress_and_show_no_middle_over_suppressed_figures(published: Path) -> None:
    for code, words in kartes(published).items():
        assert on_karte(words, "K602") == (55.0 if code == OPEN else None)
        text = squeezed(words)
        hidden = re.search(r"秘匿:((?:K\d{3}、?)+)", text)
        assert hidden is not None
        assert ("K602" in hidden[1]) == (code != OPEN)
        assert {"K605", "K606"} <= set(re.findall(r"K\d{3}", hidden[1]))
        assert "K603" not in hidden[1]
    shown = squeezed(kartes(published)[OPEN])
    assert re.search(r"K602.*?55\.0秘匿4", shown)


def test_evidence_tells_neither_answers_nor_how_many_rows_a_suppressed_figure_has(report: Report) -> None:
    evidence = {e.subject_id: e for e in report.evidence}
    for kpi_id in ("K605", "K606"):
        assert not evidence[kpi_id].rows
        assert evidence[kpi_id].value == "秘匿"
        assert evidence[kpi_id].row_count == 0
    assert {row.role for row in evidence["K602"].rows} == {"回答"}
    assert len(evidence["K602"].rows) == 49
    index = next(b for b in report.sections[-1].blocks if isinstance(b, Table) and b.key == "evidence_index")
    row = next(cells for cells in index.rows if cells[0].text == "K605")
    assert [cell.text for cell in row[2:]] == ["秘匿"] * 3


def test_the_documents_do_not_depend_on_what_is_suppressed(
    release: Path, report: Report, tmp_path: Path
) -> None:
    """The strongest form: with other answers behind every suppressed figure, everything that is written is the same."""
    other = {
        **ANSWERED,
        ("K602", YEAR): {SMALL: (4, 2), LARGER: (12, 7), THIRD: (13, 5), OPEN: (20, 11)},
        ("K603", YEAR - 1): {SMALL: (3, 1), LARGER: (4, 4)},
        ("K605", YEAR): {SMALL: (15, 14), LARGER: (15, 15), THIRD: (15, 15), OPEN: (15, 15)},
        ("K606", YEAR): {code: (15, 200 - n) for n, code in enumerate(PAYS)},
    }
    for facts in opened(survey(release, tmp_path / "other", other)):
        assert build_report(facts) == report


def test_a_working_copy_shows_more_than_an_issued_edition(candidate: Path, facts: Facts) -> None:
    for inside in opened(candidate, None):
        assert inside.disclosure.policy.respondents == 5
        assert set(facts.disclosure.shown) < set(inside.disclosure.shown)
        assert not inside.kpi("K605").is_suppressed


def test_the_criterion_of_a_suppressed_figure_is_not_judged_in_documents(
    release: Path, tmp_path: Path
) -> None:
    few = {("K602", YEAR): {SMALL: (4, 3), LARGER: (4, 2)}}
    for facts in opened(survey(release, tmp_path / "few", few)):
        report = build_report(facts)
        tables = {b.key: b for s in report.sections for b in s.blocks if isinstance(b, Table)}
        for key in ("criteria", "criteria_changes"):
            row = next(cells for cells in tables[key].rows if "D6" in {c.text for c in cells})
            assert "秘匿" in {c.text for c in row}
            assert not any(re.search(r"62\.5|12\.5", c.text) for c in row)
        words = "".join(repr(b) for s in report.sections for b in s.blocks)
        assert "秘匿1件です。" in words
        assert "62.5" not in words


def test_the_annex_counts_what_was_suppressed_and_the_record_beside_the_verdict_says_why(
    facts: Facts, report: Report, tmp_path: Path
) -> None:
    blocks = report.sections[-1].blocks
    table = next(b for b in blocks if isinstance(b, Table) and b.key == "suppressed")
    rows = {(r[0].text, r[2].text): [c.text for c in r[3:]] for r in table.rows}
    assert rows["K602", "団体別(R8)"] == ["4", "1", "3"]
    assert rows["K602", "県全体(R8)"] == ["1", "1", "0"]
    assert rows["K603", "県全体(R7)"] == ["1", "0", "1"]
    assert "回答者が10人に満たない" in "".join(b.text for b in blocks if isinstance(b, Paragraph))
    record = json.loads(write_record(facts.disclosure, tmp_path).read_text(encoding="utf-8"))
    cells = {(c["kpi_id"], c["fiscal_year"], c["municipality_code"]): c for c in record["cells"]}
    assert cells["K602", YEAR, SMALL]["reason"] == "few_respondents"
    assert cells["K602", YEAR, SMALL]["interval"] == [0, 4]
    assert cells["K602", YEAR, LARGER]["reason"] == "complementary"
    assert cells["K605", YEAR, None]["reason"] == "few_per_answer"
    assert cells["K606", YEAR, None]["reason"] == "same_question"
    assert not any({"value", "amount"} & set(c) for c in record["cells"])
    assert not list(tmp_path.glob("*.part"))


def test_tables_of_single_answers_cannot_be_read_for_a_document(facts: Facts) -> None:
    for name in ("mart_transfer", "fct_survey_answer"):
        with pytest.raises(duckdb.Error, match="そのまま報告書に出すことはできません"):
            facts.rows(f"select * from {name}")


@pytest.mark.parametrize(
    "leak",
    [
        lambda d: Paragraph(f"負担する意向は{d.cell.value:.1f}%でした(K605)。"),
        lambda d: Table("t", "t", (), ((Cell("K605"), Cell("x", d.cell.value)),), empty_reason=""),
        lambda d: Table("t", "t", (), ((Cell("意向"), Cell("96.7%")),), kpi_ids=("K605",), empty_reason=""),
    ],
)
def test_a_report_in_which_a_suppressed_value_slipped_through_is_refused(
    leak: object, facts: Facts, report: Report
) -> None:
    check(report, facts.disclosure)
    secret = facts.disclosure.decisions[Key("K605", YEAR, None)]
    block = leak(secret)  # type: ignore[operator]
    if isinstance(block, Table):
        from pipelines.report.document import Column

        block = replace(block, columns=(Column("KPI"), Column("値")))
    section = replace(report.sections[0], blocks=(*report.sections[0].blocks, block))
    with pytest.raises(KyosoError, match="秘匿する値"):
        check(replace(report, sections=(section, *report.sections[1:])), facts.disclosure)


def test_a_suppressed_figure_that_reads_like_its_own_number_is_no_leak(facts: Facts, report: Report) -> None:
    key = Key("K605", YEAR, None)
    secret = facts.disclosure.decisions[key]
    cell = replace(secret.cell, value=Decimal(605), decimals=0)
    plan = replace(facts.disclosure, decisions={key: replace(secret, cell=cell)})
    check(report, plan)
    told = replace(report.sections[0], blocks=(Paragraph("負担する意向(K605)は605%でした。"),))
    with pytest.raises(KyosoError, match="秘匿する値"):
        check(replace(report, sections=(told, *report.sections[1:])), plan)
