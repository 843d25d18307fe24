"""What documents say about suppressed figures."""

from __future__ import annotations

SUPPRESSED = "秘匿"
REASON = "回答者が少ないなど、示すと個々の回答が分かるおそれがあるため、秘匿"
LEGEND = (
    "「秘匿」は、示すと個々の回答が分かるおそれのある値です。0や値なしではありません(付録「秘匿した値」)。"
)
NOT_JUDGED = "値を秘匿したため、判定も示しません。"
