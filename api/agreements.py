"""Agreements (协议): propose, counter, amend, sign, read; nobody is bound before the last signature."""

from typing import Any

from marshmallow import fields
from marshmallow.validate import Range

from api.access.policy import other_eyes
from api.routes import Routes, page_of
from api.tenancy import caller, ledger, policy
from api.wire import PageQuery, Wire
from ledger.domain.agreeing.agreement import Agreement
from ledger.domain.terms import Document
from ledger.domain.terms.draft import read_terms
from ledger.projections.signatures import signatures
from ledger.projections.terms_difference import difference
from ledger.projections.terms_in_words import terms_in_words

routes = Routes("agreements", __name__, description="协议 agreements")
TERMS = fields.Dict(
    required=True,
    metadata={"description": "条款全文，写法见 docs/terms.md the terms, whole", "example": {"edition": 2}},
)
PARTY = fields.String(required=True, metadata={"description": "代表哪一方：名称 for which party", "example": "甲县"})


class PartySchema(Wire):
    """A party to an agreement."""

    id = fields.String(metadata={"example": "jia"})
    name = fields.String(metadata={"example": "甲县"})
    region = fields.String(metadata={"example": "620821"})
    role = fields.String(allow_none=True, metadata={"example": "host"})


class AgreementSummarySchema(Wire):
    """An agreement in a list."""

    number = fields.String(metadata={"example": "A1"})
    title = fields.String()
    parties = fields.List(fields.Nested(PartySchema))
    in_force_at = fields.Integer(
        allow_none=True, metadata={"description": "各方签齐的事项序号 position of the last signature"}
    )
    draft = fields.Integer(allow_none=True, metadata={"description": "待签的是第几稿 the draft that waits"})
    missing = fields.List(fields.String(), metadata={"description": "还缺谁签 who has yet to sign"})


class AgreementSchema(AgreementSummarySchema):
    """An agreement as it stands."""

    terms = TERMS
    sentences = fields.List(fields.String(), metadata={"description": "条款译成的中文 the terms in Chinese"})
    changes = fields.List(fields.String(), metadata={"description": "待签文本改了什么 what the draft changes"})


class AgreementsSchema(Wire):
    """Some agreements."""

    agreements = fields.List(fields.Nested(AgreementSummarySchema))


class TermsSchema(Wire):
    """Terms to put forward."""

    terms = TERMS


class CounterSchema(TermsSchema):
    """Terms that one party puts forward in the place of others."""

    party = PARTY


class SignatureSchema(Wire):
    """Which party agrees to which text."""

    party = PARTY
    draft = fields.Integer(
        required=True,
        validate=Range(1, 10_000),
        metadata={"description": "签的是第几稿 which draft was read", "example": 1},
    )


class CheckSchema(Wire):
    """What terms say, in sentences."""

    sentences = fields.List(fields.String())


@routes.on_get("/agreements", act="agreement.read")
@routes.arguments(PageQuery, location="query")
@routes.response(200, AgreementsSchema)
def list_agreements(page: dict[str, Any]) -> Any:
    """协议一览：只有您是参与方的。The agreements to which you are a party."""
    found, headers = page_of(policy().agreements(ledger().books), lambda each: each.number, page)
    return {"agreements": [_document(each) for each in found]}, 200, headers


@routes.on_get("/agreements/<agreement>", act="agreement.read")
@routes.response(200, AgreementSchema)
def show_agreement(agreement: str) -> Document:
    """一份协议：条款、中文、谁还没签。One agreement, its terms in sentences and who has yet to sign."""
    found = policy().agreement(ledger().books, agreement)
    changes = difference(found.terms, found.draft.terms) if found.draft and found.versions else []
    return _document(found) | {"sentences": terms_in_words(found.terms), "changes": changes}


@routes.on_post("/agreements/check", act="agreement.read")
@routes.arguments(TermsSchema)
@routes.response(200, CheckSchema)
def check_terms(sent: dict[str, Any]) -> Document:
    """检查条款，一次列出全部问题；什么也不记。Every fault of some terms; nothing is recorded."""
    return {"sentences": terms_in_words(read_terms(sent["terms"]))}


@routes.on_post("/agreements", act="agreement.propose")
@routes.arguments(TermsSchema)
@routes.response(201, AgreementSchema)
def propose_agreement(sent: dict[str, Any]) -> Any:
    """提出一份协议；您须代表其中一方。Put terms forward, as one of their parties."""
    terms = read_terms(sent["terms"])
    policy().require_among("agreement.propose", [party.name for party in terms.parties.values()])
    return _changed(ledger().propose_agreement(sent["terms"]))


@routes.on_post("/agreements/<agreement>/counter", act="agreement.counter")
@routes.arguments(CounterSchema)
@routes.response(201, AgreementSchema)
def counter_agreement(sent: dict[str, Any], agreement: str) -> Any:
    """以另一稿取代待签的文本。Put another text in the place of the draft."""
    party = _own_party(agreement, sent["party"], "agreement.counter")
    return _changed(ledger().counter_agreement(agreement, party, sent["terms"]))


@routes.on_post("/agreements/<agreement>/amend", act="agreement.amend")
@routes.arguments(CounterSchema)
@routes.response(201, AgreementSchema)
def amend_agreement(sent: dict[str, Any], agreement: str) -> Any:
    """对已生效的协议提出修订。Put a later version forward."""
    party = _own_party(agreement, sent["party"], "agreement.amend")
    return _changed(ledger().amend_agreement(agreement, party, sent["terms"]))


@routes.on_post("/agreements/<agreement>/sign", act="agreement.sign")
@routes.arguments(SignatureSchema)
@routes.response(201, AgreementSchema)
def sign_agreement(sent: dict[str, Any], agreement: str) -> Any:
    """代表您的一方签署；提出这一稿的人不能签。Sign for your party; not the person who put the text forward."""
    party = _own_party(agreement, sent["party"], "agreement.sign")
    held, who = ledger(), caller().person.login

    def check() -> None:
        found = held.books.agreements[agreement]
        if found.draft and found.draft.number == sent["draft"]:
            signed = [each.actor for each in signatures(held, agreement) if each.draft == sent["draft"]]
            for actor in (held.actor_at(found.draft.proposed_at), *signed):  # one person signs for one party
                other_eyes(actor, who)

    return _changed(held.provided(check).sign_agreement(agreement, party, draft=sent["draft"]))


def _own_party(agreement: str, party: str, act: str) -> str:
    """A party to an agreement that exists for the caller, for whom they may do this; by its id."""
    found = policy().agreement(ledger().books, agreement)
    named = found.party(party)
    for text in (found.text, found.draft):
        if text and named in text.terms.parties:  # who a text calls otherwise answers under both names
            policy().require(act, text.terms.parties[named].name)
    return named


def _changed(found: Agreement) -> Any:
    return _document(found), 201, {"Location": found.number}


def _document(found: Agreement) -> Document:
    return {
        "number": found.number,
        "title": found.terms.title,
        "parties": [
            {"id": each.id, "name": each.name, "region": each.region, "role": each.role}
            for each in found.terms.parties.values()
        ],
        "in_force_at": found.in_force_at,
        "draft": found.draft.number if found.draft else None,
        "missing": [found.name_of(party) for party in found.missing()],
        "terms": found.draft.document if found.draft else found.document,
    }
