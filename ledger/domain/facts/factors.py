"""Factors (因素法): certified values of each party become the weights that a step divides by.

Sources: 财预〔2012〕40号 (three factors), GewStG § 29 (figures cut down to full thousands),
semantics finding 34 (exact, or shares of so many decimals that sum to 1).
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from ledger.domain.rounding import rounded
from ledger.domain.terms import CertifiedBy, Weights

ZERO = Fraction(0)


def weights_by(by: CertifiedBy, values: Mapping[str, Mapping[str, Fraction] | None], parties: Sequence[str]) -> Weights:
    """The weight of each party, in listing order, by certified values of every factor.

    Empty if a factor is not certified, or all its values are zero.
    """
    counted = {name: _counted(by, each or {}, parties) for name, each in values.items()}
    if not all(any(each.values()) for each in counted.values()):
        return {}
    if len(counted) == 1 and by.decimals is None:
        return next(iter(counted.values()))
    whole = sum(by.factors.values(), ZERO)
    shares = dict.fromkeys(parties, ZERO)
    for name, each in counted.items():
        total = sum(each.values(), ZERO)
        for party, value in each.items():
            shares[party] += by.factors[name] / whole * value / total
    return shares if by.decimals is None else _in_decimals(shares, by.decimals)


def _counted(by: CertifiedBy, values: Mapping[str, Fraction], parties: Sequence[str]) -> dict[str, Fraction]:
    """The values that count: cut down to full multiples where the terms say so."""
    given = {party: values.get(party, ZERO) for party in parties}
    if by.floor_to == 1:
        return given
    return {party: value - value % by.floor_to for party, value in given.items()}


def _in_decimals(shares: Mapping[str, Fraction], decimals: int) -> dict[str, Fraction]:
    units = rounded({party: share * 10**decimals for party, share in shares.items()})
    return {party: Fraction(count, 10**decimals) for party, count in units.items()}
