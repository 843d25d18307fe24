"""What every chat reader returns: rows without texts, names or addresses, and what did not become a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

# A finding names the first places of its kind; 100,000 of them would help nobody.
PLACES_SHOWN = 5
NOT_A_MEMBERS_POST, PRIVATE = "not_a_member_post", "private_conversation"


@dataclass(frozen=True)
class Rule:
    """Why a row is set aside, in words for the person who made the export."""

    name: str
    message: str
    expected: str
    example: str
    suggestion: str


@dataclass(frozen=True)
class SetAside:
    """Rows of one sheet (or day file) that break one rule: the first of them by number, and how many."""

    rule: Rule
    sheet: str
    rows: tuple[int, ...]
    count: int


@dataclass(frozen=True)
class Remark:
    """Something to know about the file as a whole, or about one part of it.

    `severity` is error, warning or info, as in findings.
    """

    severity: str
    rule: str
    message: str
    sheet: str = ""
    expected: str = ""
    example: str = ""
    suggestion: str = ""


@dataclass(frozen=True)
class ChatExport:
    """One export as read.

    Attributes:
        rows: one line per post (or per person and day, or period), with `_sheet` and `_row`
            (1-based ordinal in the sheet). People are pseudonyms, instants are Asia/Tokyo local time.
        set_aside: rows that should have become lines and did not.
        remarks: what was left out on purpose, and what is doubtful.
    """

    rows: pa.Table
    set_aside: tuple[SetAside, ...] = ()
    remarks: tuple[Remark, ...] = ()

    @property
    def set_aside_count(self) -> int:
        """How many rows were set aside."""
        return sum(part.count for part in self.set_aside)


@dataclass
class Places:
    """Rows set aside, counted by rule and sheet."""

    _found: dict[tuple[Rule, str], tuple[list[int], int]] = field(default_factory=dict)

    def add(self, rule: Rule, sheet: str, rows: Iterable[int], count: int = 1) -> None:
        """Count rows; the first few are kept by number."""
        shown, before = self._found.get((rule, sheet), ([], 0))
        for row in rows:
            if len(shown) >= PLACES_SHOWN:
                break
            shown.append(row)
        self._found[(rule, sheet)] = (shown, before + count)

    def all(self) -> tuple[SetAside, ...]:
        """Everything counted, in the order of sheets."""
        ordered = sorted(self._found.items(), key=lambda item: (item[0][1], item[0][0].name))
        return tuple(SetAside(rule, sheet, tuple(rows), count) for (rule, sheet), (rows, count) in ordered)


class Collector:
    """Gathers an export row by row, for the kinds that are not worth a vectorised reader."""

    def __init__(self, schema: pa.Schema) -> None:
        self._schema = schema
        self._columns: dict[str, list[Any]] = {name: [] for name in schema.names}
        self.places = Places()
        self.left_out: Counter[str] = Counter()
        self.remarks: list[Remark] = []

    def __len__(self) -> int:
        return len(self._columns["_row"])

    def land(self, sheet: str, row: int, **values: Any) -> None:
        """Keep one line."""
        for name, value in (values | {"_sheet": sheet, "_row": row}).items():
            self._columns[name].append(value)

    def set_aside(self, rule: Rule, sheet: str, row: int) -> None:
        """Count a row that could not become a line."""
        self.places.add(rule, sheet, (row,))

    def export(self) -> ChatExport:
        """The export as gathered."""
        import pyarrow as pa

        columns = dict(self._columns)
        if "message_key" in columns:
            columns["message_key"] = numbered(columns["message_key"])
        rows = pa.Table.from_pydict(columns, schema=self._schema)
        return ChatExport(rows, self.places.all(), (*self.remarks, *left_out(self.left_out)))


def counts_only(days: str) -> Remark:
    """What counts are not used for: they hold private conversations, and other days than ours."""
    text = (
        f"件数だけの記録です({days})。非公開の会話を含むため、公開チャンネルの投稿から数える指標"
        "(月間の投稿者数、返信など)には使いません。"
    )
    return Remark("info", "counts_only", text)


def left_out(counts: Counter[str]) -> list[Remark]:
    """What is no member's post in a public place, as remarks with counts."""
    texts = {
        NOT_A_MEMBERS_POST: "参加通知・ボット・削除済みなど、会員の投稿でないもの{}件を除きました。",
        PRIVATE: "1対1などの非公開の会話の投稿{}件は数えていません。",
    }
    return [Remark("info", rule, text.format(counts[rule])) for rule, text in texts.items() if counts[rule]]


def message_schema() -> pa.Schema:
    """Arrow schema of posts: who, where, when, and whether it answers."""
    import pyarrow as pa

    texts = [(name, pa.string()) for name in ("channel", "message_key", "thread_key", "member")]
    rest = [("posted_at", pa.timestamp("us")), ("is_reply", pa.bool_())]
    return pa.schema(texts + rest + [("_sheet", pa.string()), ("_row", pa.int64())])


def numbered(keys: Sequence[str]) -> list[str]:
    """Keys made unique: the second of a kind becomes `…#2`. Two posts of one instant stay two posts."""
    seen: Counter[str] = Counter()
    unique = []
    for key in keys:
        seen[key] += 1
        unique.append(key if seen[key] == 1 else f"{key}#{seen[key]}")
    return unique
