"""What the rulebook asks of a model, read once for a day."""

from datetime import date
from typing import NamedTuple

from plimsoll.risk.parameters import figures
from plimsoll.rulebook.rules import Rules


class ModelPolicy(NamedTuple):
    """The figures of the rules on models on a day: shares as fractions, periods in months, counts of cases."""

    psi_alert: float
    psi_act: float
    psi_months: int
    strength_months: int
    validation_months: int
    bads_least: int
    auc_least: float
    slope_least: float
    slope_most: float
    p_most: float
    promotion_bads_least: int
    matured_months: int
    comparison_days: int
    fair_ratio_least: float
    fair_cases_least: int
    fair_share_least: float


def model_policy(rules: Rules, on: date) -> ModelPolicy:
    """Give the policy of a day; raises Malformed rule_not_in_force."""
    psi = figures(rules, "POLICY.MODEL.PSI", on)
    every = figures(rules, "POLICY.MODEL.EVERY", on)
    validation = figures(rules, "POLICY.MODEL.VALIDATION", on)
    promotion = figures(rules, "POLICY.MODEL.PROMOTION", on)
    fairness = figures(rules, "POLICY.MODEL.FAIRNESS", on)
    return ModelPolicy(
        psi_alert=psi["alert"],
        psi_act=psi["act"],
        psi_months=int(every["psi"]),
        strength_months=int(every["strength"]),
        validation_months=int(every["validation"]),
        bads_least=int(validation["bads"]),
        auc_least=validation["auc"],
        slope_least=validation["slope_least"],
        slope_most=validation["slope_most"],
        p_most=promotion["p"],
        promotion_bads_least=int(promotion["bads"]),
        matured_months=int(promotion["matured"]),
        comparison_days=int(promotion["valid"]),
        fair_ratio_least=fairness["ratio"],
        fair_cases_least=int(fairness["cases"]),
        fair_share_least=fairness["share"],
    )
