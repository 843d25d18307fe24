"""The rows of every municipality, asked for once and dealt out to their pages."""

from __future__ import annotations

from collections import defaultdict

from pipelines.report.facts import Facts, Row


class Towns:
    """Answers of queries over all municipalities, by `municipality_code`; each query runs once for all pages."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self._answers: dict[str, dict[str, list[Row]]] = {}

    def rows(self, code: str, query: str, *parameters: object) -> list[Row]:
        """A municipality's rows of a query that selects `municipality_code`, in the order of the query."""
        if query not in self._answers:
            found: dict[str, list[Row]] = defaultdict(list)
            for row in self.facts.rows(query, *parameters):
                found[row["municipality_code"]].append(row)
            self._answers[query] = found
        return self._answers[query].get(code, [])

    def of_year(self, code: str, query: str) -> list[Row]:
        """The same for a query whose one parameter is the reported year."""
        return self.rows(code, query, self.facts.fiscal_year)
