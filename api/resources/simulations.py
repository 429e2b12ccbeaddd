"""Simulations (测算): other terms over everything recorded; nothing is."""

from typing import Any

from marshmallow import fields

from api.http.problems import language_asked
from api.http.routes import Routes
from api.http.tenancy import ledger, policy
from api.http.wire import DocumentField, MoneyField, PartyNameSchema, Wire
from api.resources.agreements import TERMS_SAID
from ledger.domain.dividing.simulation import Outcome
from ledger.domain.dividing.worksheet import Shares
from ledger.domain.facts.draft import read_facts
from ledger.domain.terms import Document
from ledger.domain.terms.draft import read_terms
from ledger.projections.simulations import left_out_of, names_of, simulate
from ledger.projections.wording import called

routes = Routes("simulations", __name__, description="测算 simulations")
SHARES = {"description": "各方的数，按代号 by party's id", "example": {"jia": "-100.00", "yi": "100.00"}}


class YearSchema(Wire):
    """One year of booking."""

    year = fields.Integer(metadata={"example": 2024})
    shares = fields.Dict(keys=fields.String(), values=MoneyField(), metadata=SHARES)


class CourseSchema(Wire):
    """What some terms give."""

    years = fields.List(fields.Nested(YearSchema))
    waiting = MoneyField(metadata={"example": "0.00"})
    undivided = MoneyField(metadata={"example": "0.00"})
    reasons = fields.List(fields.String(), metadata={"description": "等什么 what it waits for", "example": []})


class SimulationSchema(Wire):
    """What each party would have got more (+) or less (−), and both courses."""

    parties = fields.List(fields.Nested(PartyNameSchema))
    gains = fields.List(fields.Nested(YearSchema))
    totals = fields.Dict(keys=fields.String(), values=MoneyField(), metadata=SHARES)
    actual = fields.Nested(CourseSchema)
    other = fields.Nested(CourseSchema)
    left_out = fields.List(
        fields.String(), metadata={"description": "不是钱的池 pools that are no money", "example": []}
    )


class OtherTermsSchema(Wire):
    """Other terms, and facts that they need."""

    terms = DocumentField(required=True, metadata=TERMS_SAID)
    facts = DocumentField(
        load_default=None,
        metadata={"description": "补充的认定事实 facts beside those certified", "example": []},
    )


@routes.on_post("/agreements/<agreement>/simulate", act="simulation.try")
@routes.arguments(OtherTermsSchema)
@routes.response(200, SimulationSchema)
def simulate_terms(sent: dict[str, Any], agreement: str) -> Document:
    """用另一份条款重算账内全部历史：各方每年多得、少得多少；什么也不记。What other terms would have given."""
    books = ledger().books
    own = policy().own_agreement(books, agreement)
    terms = read_terms(sent["terms"])
    found = simulate(
        policy().own_books(books), own, terms, read_facts(sent["facts"]) if sent["facts"] is not None else None
    )
    names = names_of(own.known_at(books.position), terms)
    gains = found.gains()
    return {
        "parties": called(names),
        "gains": _years(gains),
        "totals": {party: sum(each.get(party, 0) for each in gains.values()) for party in names},
        "actual": _course(found.actual),
        "other": _course(found.other),
        "left_out": left_out_of(own.terms, terms),
    }


def _course(course: Outcome) -> Document:
    return {
        "years": _years(course.years),
        "waiting": course.waiting_fen,
        "undivided": course.undivided_fen,
        "reasons": [reason.say(language_asked()) for reason in course.reasons],
    }


def _years(years: dict[int, Shares]) -> list[Document]:
    return [{"year": year, "shares": shares} for year, shares in years.items()]
