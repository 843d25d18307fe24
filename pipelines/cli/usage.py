"""Typer's own words in Japanese: headings of the help and errors in how a command was typed."""

from __future__ import annotations

import re
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from pipelines.errors import KyosoError

USAGE_ERROR = 2
_HELP = (
    (r"^Usage: ", "使い方: "),
    (r"^Arguments:", "引数:"),
    (r"^Options:", "オプション:"),
    (r"^Commands:", "コマンド:"),
    (r"\[OPTIONS\]", "[オプション]"),
    (r"COMMAND \[ARGS\]\.\.\.", "コマンド …"),
    (r"Show this message and exit\.", "この説明を示して終わる"),
    (r"\[required\]", "[必須]"),
    (r"\[default: ([^\]]*)\]", r"[既定: \1]"),
)
_ERRORS = (
    (r"No such option: (\S+?)\.?( .*)?$", r"オプション {} はありません。"),
    (r"No such command '(.*?)'.*$", r"コマンド {} はありません。"),
    (r"Missing command\.$", r"コマンドがありません。"),
    (r"Missing \w+ '(.*?)'\.?$", r"{} を書いてください。"),
    (r"Option '(.*?)' requires (?:an|\d+) arguments?\.?$", r"オプション {} には値が要ります。"),
    (r"Option '(.*?)' does not take a value\.?$", r"オプション {} には値を書けません。"),
    (r"Got unexpected extra arguments?(?:\(s\))? \((.*)\)$", r"余分な語があります: {}"),
    (r"Invalid value for '(.*?)': .* (?:less|greater) than .*$", "{} の値が範囲の外です。"),
    (r"Invalid value for '(.*?)'.*$", r"{} の値を読めません。"),
)


class _JapaneseHelp:
    def get_help(self, ctx: Any) -> str:
        """The help page with Japanese headings."""
        text: str = super().get_help(ctx)  # type: ignore[misc]
        for pattern, japanese in _HELP:
            text = re.sub(pattern, japanese, text, flags=re.MULTILINE)
        return text


class Command(_JapaneseHelp, TyperCommand):
    """A command whose help is Japanese throughout."""


class Group(_JapaneseHelp, TyperGroup):
    """A group of commands whose help is Japanese throughout."""


def usage_error(error: typer.TyperException) -> KyosoError:
    """What was typed wrongly, in Japanese; wording we do not know is handed on as it is."""
    message = error.format_message()
    command = getattr(getattr(error, "ctx", None), "command_path", "kyoso")
    found = ((re.match(pattern, message, re.DOTALL), japanese) for pattern, japanese in _ERRORS)
    text = next((japanese.format(*match.groups()[:1]) for match, japanese in found if match), message)
    return KyosoError(text, todo=f"{command} --help で書き方を確かめてください。", exit_code=USAGE_ERROR)
