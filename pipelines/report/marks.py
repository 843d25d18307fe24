"""The colours of the office documents: they survive grey printing, and a word always stands beside them."""

from __future__ import annotations

STRONG, SOFT, RED, WASH, RULE = "16324F", "595959", "B3401F", "F4F1EA", "9A9A9A"
AMBER, BLUE = "E7B75F", "8FB3D1"

# Fill and ink of each mark of a cell; the words beside it say the same.
FILLS: dict[str, tuple[str | None, str]] = {
    "co_creation": (STRONG, "FFFFFF"),
    "collaboration": ("8FB3D1", "000000"),
    "below": ("DEDEDE", "000000"),
    "to_confirm": (None, RED),
    "bad": (RED, "FFFFFF"),
    "good": (STRONG, "FFFFFF"),
    "met": ("D5E4F0", "000000"),
    "short": ("F6E7C8", "000000"),
    "missed": (RED, "FFFFFF"),
    "no_onsite": ("E7B75F", "000000"),
    "undecided": ("E7B75F", "000000"),
    "lead": (STRONG, "FFFFFF"),
    "member": ("D5E4F0", "000000"),
    "interim": (None, SOFT),
    "none": (None, SOFT),
    "future": (None, SOFT),
}
BOLD = ("total", "to_confirm", "bad", "missed")
