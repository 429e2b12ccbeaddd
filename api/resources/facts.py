"""Certified facts (认定事实): put forward, confirmed by every party, never edited."""

from typing import Any

from marshmallow import fields
from marshmallow.validate import Length

from api.access.policy import other_eyes
from api.http.routes import Routes, leads_to, page_of
from api.http.tenancy import caller, ledger, policy
from api.http.versions import refuse_stale, tagged
from api.http.wire import PageQuery, Wire
from ledger.application import Ledger
from ledger.domain.agreeing.certification import Certification, missing
from ledger.domain.events import FactConfirmed, FactProposed
from ledger.domain.stating.proposals import proposals
from ledger.domain.terms import Document
from ledger.projections.facts_in_words import fact_in_words

FACTS_MAX = 1_000
routes = Routes("facts", __name__, description="认定事实 certified facts")


class FactSchema(Wire):
    """A fact on its way to certification."""

    number = fields.String(metadata={"example": "F1"})
    agreement = fields.String(metadata={"example": "A1"})
    fact = fields.Dict(
        metadata={
            "description": "写法见 docs/terms.md as in the terms reference",
            "example": {"amount": "实缴投资", "value": "2000000.00", "source": "验资报告"},
        }
    )
    sentence = fields.String(metadata={"example": "实缴投资 2,000,000.00 元"})
    proposed_by = fields.String(
        metadata={"description": "代表哪一方提出；空为不代表哪一方 for which party, if for one", "example": ""}
    )
    proposed_at = fields.Integer(metadata={"description": "在第几号事项提出 at which position", "example": 6})
    confirmed = fields.List(
        fields.String(), metadata={"description": "已确认的各方 who confirmed", "example": ["甲县"]}
    )
    missing = fields.List(fields.String(), metadata={"description": "还缺谁确认 who has yet to", "example": ["乙县"]})
    certified_at = fields.Integer(allow_none=True, metadata={"example": 7})
    supersedes = fields.String(metadata={"description": "取代哪一条 which it takes the place of", "example": ""})


class FactsSchema(Wire):
    """Facts of an agreement."""

    facts = fields.List(fields.Nested(FactSchema))


class ProposalSchema(Wire):
    """Facts to put forward, all or none; each names its source."""

    party = fields.String(
        load_default="",
        metadata={"description": "代表哪一方提出；可以不写 for which party, if for one", "example": "甲县"},
    )
    facts = fields.List(
        fields.Dict(),
        required=True,
        validate=Length(min=1, max=FACTS_MAX),
        metadata={"example": [{"amount": "实缴投资", "value": "2000000.00", "source": "验资报告"}]},
    )


class SuggestionsSchema(Wire):
    """Facts that the books suggest, as they can be put forward."""

    facts = fields.List(
        fields.Dict(), metadata={"example": [{"clock": "first_tax", "on": "2024-01-05", "source": "账簿测算：V1"}]}
    )
    sentences = fields.List(fields.String(), metadata={"example": ["首笔税收日 2024-01-05"]})


class ConfirmationSchema(Wire):
    """Which party confirms."""

    party = fields.String(required=True, metadata={"example": "甲县"})


@routes.on_get("/agreements/<agreement>/facts", act="fact.read")
@routes.arguments(PageQuery, location="query")
@routes.response(200, FactsSchema)
def list_facts(page: dict[str, Any], agreement: str) -> Any:
    """一份协议的认定事实。The facts of an agreement."""
    books = ledger().books
    number = policy().own_agreement(books, agreement).number
    own = [each for each in books.facts.values() if each.agreement == number]
    found, headers = page_of(own, lambda each: each.number, page)
    return {"facts": [_document(each) for each in found]}, 200, headers


@routes.on_post("/agreements/<agreement>/facts", act="fact.propose")
@routes.arguments(ProposalSchema)
@routes.response(201, FactsSchema, links=leads_to("fact", "facts/0/number", "show_fact", "confirm_fact"))
def propose_facts(sent: dict[str, Any], agreement: str) -> Document:
    """提出事实；各方都确认才算数。Put facts forward; each counts once every party has confirmed it."""
    books = ledger().books
    found = policy().own_agreement(books, agreement)
    sides = [found.party(sent["party"])] if sent["party"] else found.terms.parties
    policy().require_among("fact.propose", [found.name_of(party) for party in sides])
    for each in sent["facts"]:
        if each.get("supersedes"):
            policy().fact(books, str(each["supersedes"]))
    number = found.number
    return {"facts": [_document(each) for each in ledger().propose_facts(number, sent["facts"])]}


@routes.on_get("/agreements/<agreement>/suggestions", act="fact.read")
@routes.response(200, SuggestionsSchema)
def suggest_facts(agreement: str) -> Document:
    """账簿能测算的事实，供各方提出和确认；测算本身不算数。What the books suggest to certify; it counts for nothing."""
    books = ledger().books
    documents = proposals(policy().own_books(books), policy().own_agreement(books, agreement), books.position)
    return {"facts": documents, "sentences": [fact_in_words(each) for each in documents]}


@routes.on_get("/facts/<fact>", act="fact.read")
@routes.response(200, FactSchema)
def show_fact(fact: str) -> Any:
    """一条认定事实；编号只指这一份文本，不会改。One fact; its number stands for this text, which never changes."""
    shown = _document(policy().fact(ledger().books, fact))
    return shown, 200, tagged(shown)


@routes.on_post("/facts/<fact>/confirm", act="fact.confirm", versioned=True)
@routes.arguments(ConfirmationSchema)
@routes.response(201, FactSchema)
def confirm_fact(sent: dict[str, Any], fact: str) -> Any:
    """代表您的一方确认；提出的人不能确认。Confirm for your party; not the person who put it forward."""
    books = ledger().books
    found = policy().fact(books, fact)
    agreement = books.agreements[found.agreement]
    party = agreement.party(sent["party"])
    policy().require("fact.confirm", agreement.name_of(party))
    refuse_stale(_document(found))
    held, who = ledger(), caller().person.login

    def check() -> None:
        for actor in _hands(held, fact, party):  # one person confirms for one party
            other_eyes(actor, who)

    shown = _document(held.provided(check).confirm_fact(fact, party))
    return shown, 201, tagged(shown)


def _hands(held: Ledger, fact: str, party: str) -> list[str]:
    """Who put a fact forward, and who confirmed it so far for another party."""
    events = (event for _, event in held.log.history(receipts=False))
    own = [each for each in events if isinstance(each, FactProposed | FactConfirmed) and each.fact == fact]
    return [each.actor for each in own if isinstance(each, FactProposed) or each.party != party]


def _document(found: Certification) -> Document:
    agreement = ledger().books.agreements[found.agreement]
    return {
        "number": found.number,
        "agreement": found.agreement,
        "fact": found.document,
        "sentence": fact_in_words(found.document),
        "proposed_by": agreement.name_of(found.party) if found.party else "",
        "proposed_at": found.proposed_at,
        "confirmed": [agreement.name_of(party) for party in found.confirmed],
        "missing": [agreement.name_of(party) for party in missing(agreement, found)],
        "certified_at": found.certified_at,
        "supersedes": found.supersedes,
    }
