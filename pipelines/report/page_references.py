"""Where the page names a figure: the name becomes a link to its evidence, and the evidence knows the way back.

Only links: a browser opens the closed group that a link leads into, and puts the focus there, without a script.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from markupsafe import Markup, escape

from pipelines.report.wording import MEASURE

# Of a KPI the number alone says what it is. An analysis, a criterion or an option is one only where it heads a text or
# is called so: A4 may also be paper.
_SUBJECT = r"(?<![0-9A-Za-z-])K\d{3}(?![0-9A-Za-z-])|(?:^|(?<=分析)|(?<=基準))[ADOS]\d+(?![0-9A-Za-z-])"
_REFERENCE = re.compile(f"(?P<subject>{_SUBJECT})")
_REFERENCE_OR_MEASURE = re.compile(f"{_REFERENCE.pattern}|{MEASURE.pattern}")
_TIED = Markup('<span class="tied">{}</span>')
_DRAWN = re.compile(r"<text [^>]*>(?P<subject>K\d{3})</text>")


class References:
    """Every mention of a figure on the page.

    Attributes:
        places: by figure, the anchor of its first mention in each section and that section's heading.
    """

    def __init__(self, subjects: Iterable[str]) -> None:
        # Officers choose these numbers themselves: whatever they write, it becomes a name a link can hold.
        self._targets = {
            subject: f"{position}-{cleaned}"
            if (cleaned := re.sub(r"[^\w-]", "_", subject)) != subject
            else cleaned
            for position, subject in enumerate(subjects)
        }
        self._section = ("", "")
        self.places: dict[str, list[tuple[str, str]]] = defaultdict(list)

    def enter(self, key: str, heading: str) -> str:
        """From here on the mentions are those of this section; nothing is printed."""
        self._section = (key, heading)
        return ""

    def target(self, subject: str) -> str:
        """The name of the place where the evidence stands."""
        return f"evidence-{self._targets[subject]}"

    def link(self, subject: str, content: str, label: str = "", look: str = "") -> Markup:
        """A link to the evidence; where there is none, the content alone.

        Args:
            subject: number of the figure.
            content: what people see; escaped unless it is markup.
            label: what is read aloud instead, where that must say more.
            look: a class.
        """
        if subject not in self._targets:
            return escape(content)
        key, heading = self._section
        anchor = f"at-{self._targets[subject]}-{key}"
        is_first = all(known != anchor for known, _ in self.places[subject])
        if is_first:
            self.places[subject].append((anchor, heading))
        attributes = {
            "id": anchor if is_first else "",
            "class": look,
            "href": f"#{self.target(subject)}",
            "aria-label": label,
        }
        written = Markup("").join(
            Markup(' {}="{}"').format(name, value) for name, value in attributes.items() if value
        )
        return Markup("<a{}>{}</a>").format(written, content)

    def words(self, text: str) -> Markup:
        """A sentence with its links, in which no line parts a figure from its unit."""
        return self._marked(_REFERENCE_OR_MEASURE, text)

    def cell(self, text: str) -> Markup:
        """What stands in a table: the number of a figure alone, or words that may name some."""
        return self.link(text, text) if text in self._targets else self._marked(_REFERENCE, text)

    def drawing(self, svg: str) -> Markup:
        """A drawing whose KPI numbers are links; with links in it, it is no longer one picture but a group."""
        drawn = _DRAWN.sub(lambda found: self.link(found["subject"], Markup(found[0])), svg)
        return Markup(drawn if drawn == svg else drawn.replace('role="img"', 'role="group"', 1))

    def _marked(self, pattern: re.Pattern[str], text: str) -> Markup:
        # Found in the text as it is: escaped, a quotation mark would hold a number.
        parts, end = [], 0
        for found in pattern.finditer(text):
            is_subject = found["subject"] is not None
            parts.append(escape(text[end : found.start()]))
            parts.append(self.link(found[0], found[0]) if is_subject else _TIED.format(found[0]))
            end = found.end()
        return Markup("").join([*parts, escape(text[end:])])
