"""The candidate under construction: what each step of a night leaves there for the next one."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipelines.errors import KyosoError
from pipelines.serve.release import MANIFEST, candidate_id
from pipelines.settings import Settings

_AS_A_WHOLE = "途中からではなく、nightly 全体を実行してください。"


class Candidate:
    """The files of the one candidate of a home."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.folder = settings.candidate
        self.warehouse = self.folder / "warehouse.duckdb"
        self.control = self.folder / "control"
        self.verdict = self.folder / "verdict.json"
        self.dbt_results = self.control / "dbt_results.json"

    @property
    def judged(self) -> tuple[Path, Path]:
        """What the gate looks at: the warehouse and the control tables."""
        return self.warehouse, self.control

    @property
    def made_from(self) -> dict[str, Any]:
        """The candidate's manifest."""
        manifest: dict[str, Any] = json.loads((self.folder / MANIFEST).read_text(encoding="utf-8"))
        return manifest

    def begin(self) -> None:
        """Remove what an earlier attempt left."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def forget(self, *names: str) -> None:
        """What spoke about the rows before must not speak about those that come."""
        for name in names:
            path = self.folder / name
            if path.is_dir():
                shutil.rmtree(path)
            path.unlink(missing_ok=True)

    def take_over(self, release: Path, names: Sequence[str], code_version: str) -> list[Path]:
        """Copy documents that say the same as long as the program is the same, from a release by this program.

        Args:
            release: the release that readers see, if there is one.
            names: the documents' file names.
            code_version: of the program that runs now.

        Returns:
            The copies; none when the release was made by another program.
        """
        manifest, reports = release / "manifest.json", self.folder / "reports"
        if not manifest.exists():
            return []
        if json.loads(manifest.read_text(encoding="utf-8"))["code_version"] != code_version:
            return []
        found = [release / "reports" / name for name in names if (release / "reports" / name).exists()]
        reports.mkdir(parents=True, exist_ok=True)
        return [Path(shutil.copyfile(path, reports / path.name)) for path in found]

    def need(self, name: str, what: str, identity: str | None = None) -> None:
        """Make sure that a step finds what the step before it made.

        Args:
            name: the file or folder.
            what: its name for people.
            identity: the release that today's inputs give, for a step run alone; None within a night.

        Raises:
            KyosoError: it is missing, or was made from other inputs, code or day.
        """
        if not (self.folder / name).exists():
            raise KyosoError(
                f"前の段階の結果({what})がありません。", where=str(self.folder / name), todo=_AS_A_WHOLE
            )
        if identity is not None and candidate_id(self._settings) != identity:
            raise KyosoError(
                f"前の段階の結果({what})は、今の受領ファイル・基準日・プログラムから作られたものではありません。",
                where=str(self.folder),
                todo=_AS_A_WHOLE,
            )
