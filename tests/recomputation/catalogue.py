"""The whole catalogue, recomputed."""

from __future__ import annotations

from tests.recomputation.combination import add_combination
from tests.recomputation.community import add_community
from tests.recomputation.cost import add_cost
from tests.recomputation.dispatch import add_dispatch
from tests.recomputation.figures import Figure, Figures, Key
from tests.recomputation.landed import Landed
from tests.recomputation.procurement import add_procurement
from tests.recomputation.residents import add_residents
from tests.recomputation.stage import add_stage
from tests.recomputation.talent import add_talent
from tests.recomputation.transfer import add_transfer
from tests.recomputation.wg import add_wg

GROUPS = {
    "stage": add_stage,
    "dispatch": add_dispatch,
    "talent": add_talent,
    "wg": add_wg,
    "procurement": add_procurement,
    "community": add_community,
    "transfer": add_transfer,
    "residents": add_residents,
    "combination": add_combination,
    "cost": add_cost,
}
NOTHING = Figure(None, None, None)


def recomputed(landed: Landed, aggregations: dict[str, str]) -> dict[Key, Figure]:
    """Every figure that the landed rows give, up to the run's fiscal year."""
    figures = Figures()
    for add in GROUPS.values():
        add(landed, figures)
    return {
        key: figures.figure(key, aggregations[key[0]])
        for key in figures.places()
        if key[1] <= landed.newest_year
    }
