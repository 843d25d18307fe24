"""A file that cannot be read as a whole, with what its sender should do."""

from __future__ import annotations


class Refused(Exception):
    """The file is refused: nothing of it lands, and a finding explains why.

    Attributes:
        rule: short English id.
        message: what is wrong with the file, in Japanese.
        expected: what was expected.
        suggestion: what the sender should do.
    """

    def __init__(self, rule: str, message: str, expected: str, suggestion: str) -> None:
        super().__init__(rule, message, expected, suggestion)
        self.rule = rule
        self.message = message
        self.expected = expected
        self.suggestion = suggestion
