"""Day files of a Slack export: which entries are members' posts, judged column by column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipelines.ingest.read.chat_export import Rule, message_schema, numbered
from pipelines.ingest.read.slack_json import FIELDS, DayParser

if TYPE_CHECKING:
    import pyarrow as pa

MEMBER_SUBTYPES = ("", "thread_broadcast", "me_message", "file_share")
_TOKYO_MICROSECONDS = 9 * 3600 * 1_000_000
# The year 2100; what lies beyond was never typed by a clock.
_LAST_SECOND = 4_102_444_800

_SUGGESTION = "利用者一覧を含む期間で書き出し直してください。"
UNKNOWN_MEMBER = Rule(
    "unknown_member",
    "投稿者が利用者一覧(users.json)にない投稿",
    "利用者一覧(users.json)にある投稿者",
    '"user": "U0000001"',
    _SUGGESTION,
)
NOT_A_TIMESTAMP = Rule(
    "not_a_timestamp",
    "投稿日時(ts)を読めない投稿",
    "1970年からの秒数",
    '"ts": "1780270200.000100"',
    _SUGGESTION,
)
NOT_A_MESSAGE = Rule(
    "not_a_message",
    "投稿の形をしていないもの",
    "type、user、tsを持つ投稿",
    '{"type": "message", "user": "U0000001", "ts": "1780270200.000100"}',
    _SUGGESTION,
)


@dataclass(frozen=True)
class SetAsideRows:
    """All rows of one day file that break one rule."""

    rule: Rule
    sheet: str
    rows: list[int]


@dataclass(frozen=True)
class Part:
    """What came of some day files; `lost` names those that are no JSON array."""

    rows: pa.Table
    set_aside: list[SetAsideRows]
    ignored: int
    lost: list[str]


def joined(tables: list[pa.Table]) -> pa.Table:
    """All parts as one table, with a key of its own for every post."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    table = pa.concat_tables([message_schema().empty_table(), *tables])
    instants = table.column("posted_at").cast(pa.int64()).to_numpy()
    ordered = np.sort(instants)
    repeated = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    if not len(repeated):
        return table
    # ts repeats across messages, so it is a key only together with channel, author and order.
    mask = pa.array(np.isin(instants, repeated))
    shared = table.column("message_key").filter(mask).to_pylist()
    own = numbered(shared)
    if own == shared:
        return table
    keys = table.column("message_key").combine_chunks()
    keys = pc.replace_with_mask(keys, mask, pa.array(own, pa.string()))
    return table.set_column(table.schema.get_field_index("message_key"), "message_key", keys)


class SlackDays:
    """Reads day files for one export.

    Args:
        members: pseudonym by account; None for accounts that count as nobody.
    """

    def __init__(self, members: dict[str, str | None]) -> None:
        import pyarrow as pa

        self._accounts = pa.array(list(members), pa.string())
        self._pseudonyms = pa.array(list(members.values()), pa.string())
        self._parser = DayParser()

    def read(self, days: list[tuple[str, str, bytes]]) -> Part:
        """Read day files given as (name, channel, content)."""
        import numpy as np
        import pyarrow as pa

        lists, lost = self._parser.entries([content for _, _, content in days])
        kept = [day for day, is_lost in zip(days, lost, strict=True) if not is_lost]
        lengths = np.diff(np.asarray(lists.offsets))
        entries = lists.flatten()
        sheet = np.repeat(np.arange(len(kept)), lengths)
        row = np.arange(len(entries)) - np.repeat(
            np.asarray(lists.offsets)[:-1] - lists.offsets[0].as_py(), lengths
        )
        names = pa.array([name for name, _, _ in kept], pa.string())
        channels = pa.array([channel for _, channel, _ in kept], pa.string())
        rows, aside, ignored = self._judged(
            entries, names.take(pa.array(sheet)), channels.take(pa.array(sheet)), row + 1
        )
        names_lost = [name for (name, _, _), is_lost in zip(days, lost, strict=True) if is_lost]
        return Part(rows, aside, ignored, names_lost)

    def _judged(
        self, entries: pa.StructArray, sheets: pa.Array, channels: pa.Array, rows: Any
    ) -> tuple[pa.Table, list[SetAsideRows], int]:
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        column = {name: pc.struct_field(entries, name) for name in FIELDS}
        # A number or a text where a post should be comes as an entry without anything.
        is_entry = _as_mask(pc.or_(column["type"].is_valid(), column["ts"].is_valid()))
        subtype, bot = (pc.fill_null(column[name], "") for name in ("subtype", "bot_id"))
        is_post = (
            _as_mask(pc.equal(column["type"], "message"))
            & _as_mask(pc.is_in(subtype, pa.array(MEMBER_SUBTYPES)))
            & _as_mask(pc.equal(bot, ""))
        )
        place = pc.index_in(column["user"], self._accounts)
        is_known = _as_mask(place.is_valid()) & _as_mask(column["user"].is_valid())
        member = self._pseudonyms.take(place)
        is_member = _as_mask(member.is_valid())
        seconds = _seconds(column["ts"])
        with np.errstate(invalid="ignore"):
            is_timed = (seconds > 0) & (seconds < _LAST_SECOND)
        broken = {
            NOT_A_MESSAGE: ~is_entry,
            UNKNOWN_MEMBER: is_entry & is_post & ~is_known,
            NOT_A_TIMESTAMP: is_post & is_member & ~is_timed,
        }
        lands = is_post & is_member & is_timed
        ignored = len(rows) - int(lands.sum()) - sum(int(mask.sum()) for mask in broken.values())
        aside = [part for rule, mask in broken.items() for part in _by_sheet(rule, mask, sheets, rows)]
        kept = pa.array(lands)
        ts, thread = column["ts"].filter(kept), column["thread_ts"].filter(kept)
        thread = pc.if_else(pc.equal(pc.fill_null(thread, ""), ""), ts, thread)
        channel, person = channels.filter(kept), member.filter(kept)
        micros = np.rint(seconds[lands] * 1_000_000).astype("int64")
        values = {
            "channel": channel,
            "message_key": pc.binary_join_element_wise(channel, ts, person, "/"),
            "thread_key": pc.binary_join_element_wise(channel, thread, "/"),
            "member": person,
            "posted_at": pa.array(micros + _TOKYO_MICROSECONDS, pa.timestamp("us")),
            "is_reply": pc.not_equal(thread, ts),
            "_sheet": sheets.filter(kept),
            "_row": pa.array(rows[lands], pa.int64()),
        }
        return pa.table(values, schema=message_schema()), aside, ignored


def _as_mask(flags: Any) -> Any:
    """An Arrow boolean array as numpy, with null as false."""
    import pyarrow.compute as pc

    return pc.fill_null(flags, False).to_numpy(zero_copy_only=False)


def _seconds(ts: pa.Array) -> Any:
    """Seconds since 1970, NaN where the text is no number."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        numbers = pc.cast(ts, pa.float64())
    except pa.ArrowInvalid:
        is_number = pc.match_substring_regex(ts, r"^\d{1,12}(\.\d{1,9})?$")
        numbers = pc.cast(pc.if_else(is_number, ts, None), pa.float64())
    return pc.fill_null(numbers, np.nan).to_numpy(zero_copy_only=False)


def _by_sheet(rule: Rule, mask: Any, sheets: pa.Array, rows: Any) -> list[SetAsideRows]:
    found: dict[str, list[int]] = {}
    if mask.any():
        import pyarrow as pa

        for sheet, row in zip(sheets.filter(pa.array(mask)).to_pylist(), rows[mask].tolist(), strict=True):
            found.setdefault(sheet, []).append(row)
    return [SetAsideRows(rule, sheet, numbers) for sheet, numbers in found.items()]
