"""One night, step by step: receive, land, control, models, gate, documents, release, status.

The steps belong to one process and one attempt. The Dagster assets call them in order; the command
line may run the first of them early, while Dagster is still being imported, and the assets then
find them done or under way. Every step leaves its result in the home, so that the next one needs
nothing else.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from pipelines.errors import KyosoError, explained
from pipelines.ingest.archive import Archive, Reception
from pipelines.ingest.control import ControlSummary, in_force_hash, write_control
from pipelines.ingest.landing import LandingSummary, land_new, pseudonym_key
from pipelines.interrupts import kept_interrupts
from pipelines.model.previous import ISSUED, PUBLISHED, Basis, write_previous
from pipelines.serve.before_night import make_ready
from pipelines.serve.candidate import Candidate
from pipelines.serve.editions import last_edition
from pipelines.serve.holds import Hold, hold_of
from pipelines.serve.lock import WriterLock
from pipelines.serve.release import (
    Release,
    code_version,
    publish,
    readers_have,
    release_id,
    remove_old,
    write_manifest,
)
from pipelines.serve.sums import damage
from pipelines.serve.witness import write_witness
from pipelines.settings import TOKYO, Settings, today

if TYPE_CHECKING:
    from pipelines.background import Background
    from pipelines.model.dbt import DbtBuild
    from pipelines.quality.verdict import Verdict
    from pipelines.report.status import Outcome

GATE_CLOSED = 3
# As long as a whole night may take (dagster.yaml): a large programme on a cluster needs more than other steps.
_MODELS_SECONDS = 3 * 3600
Progress = Callable[[str, int, int], None]


class Night:
    """One attempt on one home.

    Attributes:
        verdict: the gate's answer, once judged.
        outcome: how the attempt ended, once finished.
        error: why it failed, in words for the operator, when it failed.
        documents: paths of the documents readers see, once finished.
        untold: news that could not be sent, in words.
    """

    _open: ClassVar[dict[Settings, Night]] = {}

    def __init__(self, settings: Settings, *, is_dry_run: bool = False) -> None:
        self.settings = settings
        self.is_dry_run = is_dry_run
        self.candidate = Candidate(settings)
        self.archive: Archive | None = None
        self.reception: Reception | None = None
        self.landing: LandingSummary | None = None
        self.control: ControlSummary | None = None
        self.verdict: Verdict | None = None
        self.release: Release | None = None
        self.hold: Hold | None = None
        self.outcome: Outcome | None = None
        self.error: KyosoError | None = None
        self.documents: tuple[Path, ...] = ()
        self.untold: tuple[str, ...] = ()
        self.modelling: Background | None = None
        self.background: Background | None = None
        self.progress: Progress | None = None
        self.steps: list[tuple[str, float]] = []
        self.started_at = datetime.now(TOKYO)
        self.previous_warehouse = self._warehouse()
        self._lock = WriterLock(settings)
        self._lock.__enter__()
        self._open[settings] = self

    @classmethod
    def of(cls, settings: Settings) -> Night:
        """The attempt of this process under way on these settings, or a new one.

        Raises:
            KyosoError: another process is writing to the home.
        """
        return cls._open.get(settings) or cls(settings)

    def receive(self) -> Reception:
        """Archive what is new in `raw`."""
        if self.reception is None:
            with self._step("受領"):
                self.archive = Archive(self.settings)
                make_ready(self.settings, self.archive.ledger)
                self.previous_warehouse = self._warehouse()
                self.reception = self.archive.receive(today())
            self._need_a_file()
        return self.reception

    @property
    def identity(self) -> str:
        """The id of the release these inputs give."""
        self.receive()
        assert self.archive is not None
        inputs = in_force_hash(self.settings, self.archive, self.reception)
        return release_id(self.settings, inputs, pseudonym_key(self.settings).key_id)

    @property
    def is_new(self) -> bool:
        """Whether there is anything to do: other files, code, date or parameters, or what readers see is damaged."""
        return not readers_have(self.settings, self.identity)

    def land(self) -> LandingSummary:
        """Read the files not read yet."""
        if self.landing is None:
            self.receive()
            with self._step("読取り"):
                self.landing = land_new(self.settings, self.archive, self._reading_progress)
        return self.landing

    def write_control(self) -> ControlSummary:
        """Begin a fresh candidate: what is in force on the as-of date, the findings, the calendar."""
        from pipelines.model.calendar import write_calendar

        if self.control is None:
            self.land()
            assert self.archive is not None
            with self._step("管理表"):
                self.candidate.begin()
                self.control = write_control(self.settings, self.candidate.control, self.reception)
                write_calendar(self.settings.fiscal_year, self.candidate.control)
                write_previous(self._compared_with(), code_version(), self.candidate.control)
                write_witness(self.candidate.folder, self.archive.ledger)
                key_id = pseudonym_key(self.settings).key_id
                write_manifest(self.settings, self.identity, self.control.in_force_hash, key_id)
        return self.control

    def begin_models(self) -> None:
        """Let the process beside build the models already while Dagster is still being made ready."""
        from pipelines.model.dbt import build

        assert self.modelling is not None
        self.modelling.start(build, self.settings)

    def build_models(self) -> DbtBuild:
        """Build staging, intermediate and marts, and run dbt's tests on them."""
        from pipelines.model.dbt import build
        from pipelines.quality.dbt_results import from_dbt
        from pipelines.quality.suite import run_expectations

        self._need("control", "管理表")
        with self._step("集計"):
            if self.modelling:
                built: DbtBuild = self.modelling.result(_MODELS_SECONDS)
            else:
                self.candidate.forget("verdict.json", "reports")
                built = build(self.settings)
            results = [asdict(result) for result in from_dbt(built.results)]
            self.candidate.dbt_results.write_text(json.dumps(results, ensure_ascii=False), encoding="utf-8")
        if self.background:
            # The expectations run while Dagster records what dbt did.
            self.background.start(run_expectations, *self.candidate.judged)
        return built

    def judge(self) -> Verdict:
        """Run the expectations and write the verdict over the candidate's exact rows."""
        from pipelines.quality.gate import judge
        from pipelines.quality.verdict import results_from

        self._need("warehouse.duckdb", "集計の結果")
        with self._step("検査"):
            self.candidate.forget("reports")
            found = self.background.result() if self.background else None
            dbt_results = results_from(json.loads(self.candidate.dbt_results.read_text(encoding="utf-8")))
            # Opening the archive has verified the chain of receipts; a broken one ends the night there.
            self.verdict = judge(*self.candidate.judged, dbt_results, found)
            self.verdict.write(self.candidate.verdict)
        return self.verdict

    def render(self) -> list[Path]:
        """Write the documents from the judged rows."""
        from pipelines.report.render import DOCUMENTS, render

        self._need("verdict.json", "検査の結果")
        with self._step("報告書"):
            same = [document.file_name for document in DOCUMENTS if document.is_of_program]
            seen = self.previous_warehouse
            kept = self.candidate.take_over(seen.parent, same, code_version()) if seen else []
            due = [d for d in DOCUMENTS if d.file_name not in {path.name for path in kept}]
            if self.background is None:
                return kept + render(self.candidate.folder, [d.key for d in due])
            self.background.start(render, self.candidate.folder, [d.key for d in due if not d.is_beside])
            here = render(self.candidate.folder, [d.key for d in due if d.is_beside])
            return kept + here + list(self.background.result())

    def publish(self) -> Release | None:
        """Switch readers to the candidate; None in a dry run, or when something holds it back."""
        self._need("reports", "報告書")
        self.hold = hold_of(self.settings)
        if self.is_dry_run or self.hold:
            return None
        with self._step("公開"):
            self.release = publish(self.settings)
            remove_old(self.settings)
        return self.release

    def finish(self, error: BaseException | None = None) -> Outcome:
        """Write the status of this attempt, whatever became of it, and let go of the home."""
        from pipelines.night_status import tell, write_night_status

        if self.outcome is not None:
            return self.outcome
        self.outcome = self._outcome_of(error)
        if error is not None and self.outcome == "failed":
            self.error = explained(error, self.settings.home, self.run_id)
        try:
            self.documents = write_night_status(self)
        except Exception as status_error:
            # The disk that broke the night may be too full for its status as well.
            self.error = self.error or explained(status_error, self.settings.home, self.run_id)
        finally:
            self.close()
        with contextlib.suppress(Exception):
            # The night is over, and the home free: whoever cannot be told must not undo it.
            self.untold = tuple(tell(self))
        return self.outcome

    @property
    def run_id(self) -> str:
        """Names the attempt in the status and its log."""
        return f"{self.started_at:%Y%m%d-%H%M%S}"

    @property
    def seconds(self) -> float:
        """How long the attempt has taken until now."""
        return (datetime.now(TOKYO) - self.started_at).total_seconds()

    @property
    def status_dir(self) -> Path:
        """Where the status goes; a dry run leaves what everybody sees untouched."""
        return self.candidate.folder / "status" if self.is_dry_run else self.settings.status_dir

    def close(self) -> None:
        """Let go of the home without a status."""
        self._open.pop(self.settings, None)
        for process in (self.modelling, self.background):
            if process:
                process.close()
        self.modelling = self.background = None
        self._lock.__exit__(None, None, None)

    def _outcome_of(self, error: BaseException | None) -> Outcome:
        if self.verdict is not None and not self.verdict.is_open:
            return "gate_closed"
        if error is not None:
            return "failed"
        if self.is_dry_run:
            return "dry_run"
        if self.hold:
            return "held"
        return "released" if self.release else "nothing_new"

    def _warehouse(self) -> Path | None:
        """What readers see, unless it is damaged: then there is nothing to compare with."""
        folder = self.settings.current.resolve()
        return (
            folder / "warehouse.duckdb" if self.settings.warehouse.exists() and not damage(folder) else None
        )

    def _compared_with(self) -> list[Basis]:
        bases = []
        if self.previous_warehouse:
            bases.append(Basis(PUBLISHED, self.previous_warehouse.parent))
        if edition := last_edition(self.settings, self.settings.fiscal_year):
            bases.append(Basis(ISSUED, edition.folder, edition.name))
        return bases

    def _reading_progress(self, done: int, total: int) -> None:
        if self.progress:
            self.progress("読取り", done, total)

    def _need(self, name: str, what: str) -> None:
        """A step alone continues only what was begun from the very same inputs, code and day."""
        self.candidate.need(name, what, self.identity if self.control is None else None)

    def _need_a_file(self) -> None:
        assert self.archive is not None
        days = [receipt.received_date for receipt in self.archive.ledger.receipts]
        if not any(day <= self.settings.as_of for day in days):
            first = f"(基準日 {self.settings.as_of}、最初の受領は {min(days)})" if days else ""
            raise KyosoError(
                f"受領したファイルが1件もありません{first}。",
                where=str(self.settings.raw),
                todo="raw/R8/種類/受領日/ にファイルを置くか、--raw と --as-of を確かめてください。",
            )

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        started = time.monotonic()
        if self.progress:
            self.progress(name, 0, 0)
        with kept_interrupts():
            yield
        self.steps.append((name, time.monotonic() - started))
