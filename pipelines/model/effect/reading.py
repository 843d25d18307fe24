"""What a result means, in sentences for people who did not study statistics: a table, reviewed as text.

Rules of the table: an interval that holds zero is 証拠不十分, never 効果なし; no sentence says that the
dispatch caused anything, because the municipalities applied; every sentence carries its numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from math import isfinite

MINUS = "−"
# By the branch of the rule that decided. Numbers come with their unit.
VERDICTS: Mapping[str, str] = {
    "worthwhile": "派遣を受けた団体は、比べた団体より{estimate}高く、{level}%信頼区間({interval})の全体が0を上回ります。"
    "推定は、費用に見合う最小の効果({worthwhile})以上です。",
    "difference_too_uncertain": "派遣を受けた団体は、比べた団体より{estimate}高く、{level}%信頼区間({interval})の全体が0を上回ります。"
    "ただし推定は費用に見合う最小の効果({worthwhile})に届かず、区間はそれを含むため、見合うかどうかは判定できません。",
    "test_disagrees": "差があるとはいえません(証拠不十分)。推定は{estimate}で、{level}%信頼区間({interval})の全体が0を上回りますが、"
    "正確検定のp値({p})は有意水準({alpha})に届きません。証拠が足りないのであって、「効果がない」という意味ではありません。",
    "small_but_real": "派遣を受けた団体は、比べた団体より{estimate}高く、{level}%信頼区間({interval})の全体が0を上回りますが、"
    "区間の全体が費用に見合う最小の効果({worthwhile})を下回ります。",
    "below_worthwhile": "{level}%信頼区間({interval})の全体が、費用に見合う最小の効果({worthwhile})を下回ります。"
    "差の有無ははっきりしませんが、あるとしても費用に見合う大きさではありません。",
    "harmful": "派遣を受けた団体は、比べた団体より低く(差{estimate})、{level}%信頼区間({interval})の全体が0を下回ります。",
    "no_difference_shown": "差があるとはいえません(証拠不十分)。推定は{estimate}ですが、{level}%信頼区間({interval})は0も、"
    "費用に見合う最小の効果({worthwhile})も含みます。証拠が足りないのであって、「効果がない」という意味ではありません。{detectable}",
    "too_few_treated": "派遣を受けた団体が{treated}団体しかないため、推定({estimate})の大きさにかかわらず判定しません。",
    "too_coarse": "この団体数でとりうる最小のp値は{smallest_p}で、有意水準({alpha})に届きません。"
    "推定({estimate})の大きさにかかわらず判定しません。",
    "no_outcome": "成果の調査回の結果がまだないため、推定していません。",
    "no_units": "成果の調査票は受領していますが、この分析に使える団体がありません"
    "(基準時の調査票がないか、段階がより新しい調査回で決まったため)。",
    "cannot_estimate": "推定できません。{why}",
}
DETECTABLE = "この団体数とばらつきで、{power}%の確率で見つけられる差は{mde}以上です。"
NOT_DETECTABLE = "この団体数では、どれほど大きな差も{power}%の確率では見つけられません。"
POST_HOC = "事後分析です: 分析計画を受領したのは、成果の調査票の受領と同じ日か、その後です。"
SELF_SELECTED = "派遣は応募した団体へのもので、くじ引きではありません。差のすべてが派遣によるとはいえません。"

CHECKS: Mapping[str, str] = {
    "estimate": "{subject}推定は{estimate}({interval})で、判定は{change}。",
    "unbounded": "{subject}推定は{estimate}で、この団体数では区間が定まりません。判定は{change}。",
    "fisher": "{subject}割合の差は{estimate}(p={p})で、判定は{change}。",
    "confounding": "推定を0にするには、見えない要因が、派遣の有無と成果の残りのばらつきの両方を、"
    "それぞれ{robustness}%説明する必要があります。"
    "{benchmark}",
    "benchmark": "比べる目安として、基準時の評点が説明するのは成果の残りの{benchmark}%です。",
    "regression_to_mean": "基準時の差のため、派遣がなくても差の差は{value}になる計算です(平均への回帰)。共分散分析はこの分を除いています。",
    "spillover": "比べる{untreated}のうち{exposed}は、派遣を受けた団体とWGやチャットで接しています。"
    "波及があれば、差は実際より小さく出ます。{rest}",
    "spillover_rest": "接していない団体だけと比べると、推定は{estimate}({interval})で、判定は{change}。",
    "spillover_none": "接していない団体が{left}しかないため、除いた比較はできません。",
    "dose_response": "派遣を受けた団体の中では、10人回多いごとに変化が{slope}違います(順位相関{rank})。因果を示すものではありません。",
    "agreement": "2人が別々に採点した{count}問で、重み付きκは{kappa}です({grade})。",
    "cannot": "計算できません。{why}",
    "nothing_missing": "欠測はありません。",
}
CHANGE_SAME, CHANGE_OTHER = "変わりません", "「{verdict}」に変わります"
VERDICT_NAMES = {"met": "満たす", "not_met": "満たさない", "undecided": "判定不能"}
# Landis & Koch (1977); a convention, so the number always stands beside the word.
GRADES = (
    (0.81, "ほぼ完全な一致"),
    (0.61, "かなりの一致"),
    (0.41, "中程度の一致"),
    (0.21, "やや低い一致"),
    (-1.0, "低い一致"),
)


def signed(value: float, unit: str) -> str:
    """+0.31点, −0.10点, 0.00点; shares as points of a hundred."""
    number = Decimal(repr(round(value, 9))) * (100 if unit == "ポイント" else 1)
    digits = str(abs(number).quantize(Decimal(1 if unit == "ポイント" else "0.01"), ROUND_HALF_UP))
    sign = "" if float(digits) == 0 else "+" if value > 0 else MINUS
    return f"{sign}{digits}{unit}"


def size(value: float, unit: str) -> str:
    """An amount without a sign before it unless it is negative."""
    return signed(value, unit).removeprefix("+")


def interval(low: float, high: float, unit: str) -> str:
    """From … to …, or that it has no end on a side."""
    ends = (
        signed(low, unit) if isfinite(low) else "下限なし",
        signed(high, unit) if isfinite(high) else "上限なし",
    )
    return "〜".join(ends)


def detectable(mde: float, power: float, unit: str) -> str:
    """What these groups could have shown."""
    percent = f"{power * 100:.0f}"
    if not isfinite(mde):
        return NOT_DETECTABLE.format(power=percent)
    return DETECTABLE.format(power=percent, mde=size(mde, unit))


def change(before: str, after: str) -> str:
    """Whether a check changes the verdict."""
    return CHANGE_SAME if before == after else CHANGE_OTHER.format(verdict=VERDICT_NAMES[after])


def grade(kappa: float) -> str:
    """A word for an amount of agreement."""
    return next(word for least, word in GRADES if kappa >= least)
