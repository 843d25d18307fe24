"""Validation of cells while they are filled in, and how their values are shown.

The rules never forbid what the reader accepts as a date: R8.6.1 becomes a date by itself in a Japanese
Excel and stays text elsewhere, and both are read. What Excel turns into a date of its own (8/6/1 becomes
2008-06-01) lies outside the span below and is asked about, not refused.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal

from pipelines.ingest.contracts import Field
from pipelines.report.form.lists import list_name
from pipelines.report.form.wording import example, prompt, way

if TYPE_CHECKING:
    from openpyxl.worksheet.datavalidation import DataValidation

_Kind = Literal["list", "whole", "decimal", "custom"] | None
_EPOCH = date(1899, 12, 30)
_EARLIEST = (date(2012, 4, 1) - _EPOCH).days
_LATEST = (date(2050, 3, 31) - _EPOCH).days
_WIDEST = 10**14 - 1
_ERAS = "RHSTMrhstmＲＨＳＴＭｒｈｓｔｍ令平昭大明㋿㍻㍼㍽㍾"
_DIGITS = "0123456789０１２３４５６７８９〇一二三四五六七八九"
# A text that begins with an era, or with a year of four digits; 8.6.1 and 6/1 have neither.
_DATE_TEXT = (
    'AND(ISTEXT({c}),LEN({c})>{shortest},OR(ISNUMBER(FIND(LEFT({c},1),"' + _ERAS + '")),'
    'ISNUMBER(FIND(MID({c},3,1),"' + _DIGITS + '"))))'
)
_DATE = f"OR(AND(ISNUMBER({{c}}),{{c}}>={_EARLIEST},{{c}}<={_LATEST}),{_DATE_TEXT})"
_AREA_SUM = "+".join(f"MID({{c}},{n},1)*{7 - n}" for n in range(1, 6))
_CORPORATE_SUM = "+".join(f"MID({{c}},{n},1)" + ("*2" if n % 2 == 0 else "") for n in range(2, 14))
_FORMULAS = {
    "date": _DATE.replace("{shortest}", "5"),
    "month": _DATE.replace("{shortest}", "3"),
    "time": "OR(ISTEXT({c}),AND(ISNUMBER({c}),{c}>=0,{c}<=1.25))",
    "timestamp": "OR(ISTEXT({c}),ISNUMBER({c}))",
    # A branch, because INT of a text would be an error and with it the whole condition.
    "fiscal_year": "IF(ISNUMBER({c}),AND({c}>=1990,{c}<=2100,{c}=INT({c})),ISTEXT({c}))",
    "area_code": f"AND(LEN({{c}})=6,MOD(11-MOD({_AREA_SUM},11),10)=VALUE(RIGHT({{c}},1)))",
    "corporate_number": f"AND(LEN({{c}})=13,9-MOD({_CORPORATE_SUM},9)=VALUE(LEFT({{c}},1)))",
}
_FORMATS = {
    "date": "yyyy/m/d",
    "month": 'yyyy"年"m"月"',
    "timestamp": "yyyy/m/d h:mm",
    "time": "[h]:mm",
    "integer": "#,##0",
    "money": "#,##0.###",
    "decimal": "General",
    "score": "0",
    "fiscal_year": "General",
}


def number_format(field: Field) -> str:
    """How a cell shows its value. Everything that is no number is text: 1-1 must not become 1 January."""
    if field.parser == "money" and field.unit in ("", "円"):
        return "#,##0"
    return _FORMATS.get(field.parser, "@")


def validation(field: Field, cell: str, ranges: dict[str, str], fiscal_year: int) -> DataValidation:
    """The rule and the message for a field.

    Args:
        field: the contract's field.
        cell: address of the first cell that the rule is put on.
        ranges: where each list of words stands.
        fiscal_year: the form's year, for the example.
    """
    from openpyxl.worksheet.datavalidation import DataValidation

    kind, first, second = _condition(field, cell, ranges)
    rule = DataValidation(
        type=kind,
        operator="between" if second is not None else None,
        formula1=first,
        formula2=second,
        allow_blank=True,
        showInputMessage=True,
        promptTitle=field.label[:32],
        prompt=prompt(field, fiscal_year)[:255],
    )
    if kind:
        is_doubtful = field.parser in ("date", "month")
        rule.showErrorMessage = True
        rule.errorStyle = "warning" if is_doubtful else "stop"
        rule.errorTitle = field.label[:32]
        rule.error = _error(field, fiscal_year)
    return rule


def _condition(field: Field, cell: str, ranges: dict[str, str]) -> tuple[_Kind, str | None, str | None]:
    name = list_name(field)
    if name and field.parser != "area_code":
        return "list", ranges[name], None
    if field.parser == "score":
        return "whole", str(field.minimum), str(field.maximum)
    if field.parser == "integer" or (field.parser == "money" and field.unit in ("", "円")):
        return "whole", str(-_WIDEST), str(_WIDEST)
    if field.unit == "%":
        # 0.5 may be half a percent or, in a cell with a percent format, fifty: the reader refuses both.
        return "custom", f"AND(ISNUMBER({cell}),OR({cell}=0,ABS({cell})>1))", None
    if field.parser in ("decimal", "money"):
        return "decimal", str(-_WIDEST), str(_WIDEST)
    formula = _FORMULAS.get(field.parser)
    return ("custom", formula.replace("{c}", cell), None) if formula else (None, None, None)


def _error(field: Field, fiscal_year: int) -> str:
    text = f"「{field.label}」の書き方は次のとおりです。{way(field)}\n例: {example(field, fiscal_year)}"
    if field.parser in ("date", "month"):
        text = (
            f"「{field.label}」の年と月日を確かめてください。{way(field)}\n例: {example(field, fiscal_year)}"
        )
    return text[:225]
