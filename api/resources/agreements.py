"""Agreements (协议): propose, counter, amend, leave, end, sign, read; nobody is bound before the last signature.

Who is only named in a draft reads that draft and signs it; what stood before it opens with the last signature.
"""

from typing import Any

from marshmallow import fields
from marshmallow.validate import Range

from api.access.policy import other_eyes
from api.http.routes import Routes, leads_to, page_of
from api.http.tenancy import caller, ledger, policy, tenant
from api.http.versions import refuse_stale, tagged
from api.http.wire import DocumentField, PageQuery, Wire
from ledger.domain.agreeing.agreement import (
    Agreement,
    AgreementsOverlap,
    Draft,
    DraftUnknown,
    EntriesClaimedTwice,
    Version,
)
from ledger.domain.errors import Conflict, TermsRefused
from ledger.domain.terms import Document
from ledger.domain.terms.amendment import scrutinise_amendment
from ledger.domain.terms.draft import read_terms
from ledger.projections.signatures import Signature, signatures
from ledger.projections.terms_difference import difference
from ledger.projections.terms_in_words import terms_in_words

routes = Routes("agreements", __name__, description="协议 agreements")
EXAMPLE = {
    "title": "甲县、乙县共建园区",
    "edition": 2,
    "parties": {"jia": {"name": "甲县"}, "yi": {"name": "乙县", "role": "host"}},
    "from": "2024-01-01",
    "to": "open",
    "rate_date": "entry_date",
    "refunds": "as_original",
    "negatives": "immediate",
    "rounding": {"level": "running"},
    "pools": {"税收": {"share": "receipts", "waterfall": [{"split": {"jia": 1, "yi": 2}}]}},
}
TERMS_SAID = {
    "description": "条款全文（数据，或 YAML 文本），写法见 docs/terms.md the terms, whole",
    "example": EXAMPLE,
}
PARTY_SAID = {"description": "代表哪一方：名称 for which party", "example": "甲县"}
DRAFT_SAID = {"description": "第几稿 which draft", "example": 1}
SENTENCES_SAID = {"description": "条款译成的中文 the terms in Chinese", "example": ["1. 参与方：甲县、乙县。"]}
NEXT = leads_to(
    "agreement", "number", "show_agreement", "sign_agreement", "counter_agreement", "amend_agreement", "end_agreement"
)


class ClaimedByOthers(Conflict):
    """A last signature under what others, whom the caller may not know, agreed on before."""

    zh = "协议 {agreement} 不能生效：它选中的款项，有的已由别的已生效的协议分配。请与园区办核对范围后改定。"
    en = "Agreement {agreement} cannot come into force: some of what it selects is divided by another one. Ask the park office."


class PartySchema(Wire):
    """A party to an agreement."""

    id = fields.String(metadata={"example": "jia"})
    name = fields.String(metadata={"example": "甲县"})
    region = fields.String(metadata={"example": "620821"})
    role = fields.String(allow_none=True, metadata={"example": "host"})


class AgreementSummarySchema(Wire):
    """An agreement in a list."""

    number = fields.String(metadata={"example": "A1"})
    title = fields.String(metadata={"example": "甲县、乙县共建园区"})
    parties = fields.List(fields.Nested(PartySchema))
    is_own = fields.Boolean(
        metadata={
            "description": "您是参与方；否则只是待签的一稿请您加入 a party to it, not only asked to join by the draft",
            "example": True,
        }
    )
    in_force_at = fields.Integer(
        allow_none=True, metadata={"description": "各方签齐的事项序号 position of the last signature", "example": 4}
    )
    draft = fields.Integer(
        allow_none=True, metadata={"description": "待签的是第几稿 the draft that waits", "example": 2}
    )
    missing = fields.List(
        fields.String(), metadata={"description": "还缺谁签 who has yet to sign", "example": ["乙县"]}
    )
    proposed_at = fields.Integer(
        allow_none=True,
        metadata={"description": "待签的一稿在第几号事项提出 position of the draft that waits", "example": 2},
    )


class VersionSchema(Wire):
    """A text that every party signed."""

    draft = fields.Integer(metadata=DRAFT_SAID)
    effective = fields.Date(metadata={"example": "2024-01-01"})
    in_force_at = fields.Integer(metadata={"example": 4})
    signed = fields.List(fields.String(), metadata={"example": ["甲县", "乙县"]})


class SignedSchema(Wire):
    """A signature."""

    draft = fields.Integer(metadata=DRAFT_SAID)
    party = fields.String(metadata={"example": "甲县"})
    actor = fields.String(metadata={"description": "经手人 by whose hand", "example": "zhang"})
    position = fields.Integer(metadata={"example": 3})


class AgreementSchema(AgreementSummarySchema):
    """An agreement as it stands."""

    terms = fields.Dict(metadata=TERMS_SAID)
    sentences = fields.List(fields.String(), metadata=SENTENCES_SAID)
    changes = fields.List(
        fields.String(),
        metadata={"description": "待签文本改了什么 what the draft changes", "example": ["比例由 1:2 改为 1:1。"]},
    )
    versions = fields.List(fields.Nested(VersionSchema))
    signatures = fields.List(fields.Nested(SignedSchema))


class AgreementsSchema(Wire):
    """Some agreements."""

    agreements = fields.List(fields.Nested(AgreementSummarySchema))


class TextSchema(Wire):
    """One text of an agreement, whole."""

    draft = fields.Integer(metadata=DRAFT_SAID)
    terms = fields.Dict(metadata=TERMS_SAID)
    sentences = fields.List(fields.String(), metadata=SENTENCES_SAID)


class TermsSchema(Wire):
    """Terms to put forward."""

    terms = DocumentField(required=True, metadata=TERMS_SAID)


class CounterSchema(TermsSchema):
    """Terms that one party puts forward in the place of others."""

    party = fields.String(required=True, metadata=PARTY_SAID)


class EndSchema(Wire):
    """The last day that an agreement is to have."""

    party = fields.String(required=True, metadata=PARTY_SAID)
    last = fields.Date(required=True, metadata={"description": "止日（含） the last day", "example": "2026-12-31"})


class SignatureSchema(Wire):
    """Which party agrees to which text."""

    party = fields.String(required=True, metadata=PARTY_SAID)
    draft = fields.Integer(
        validate=Range(1, 10_000),
        metadata={
            "description": "签的是第几稿；不写就要带 If-Match which draft was read, unless If-Match says",
            "example": 1,
        },
    )


class TextChangesSchema(Wire):
    """What terms would change, were they signed."""

    changes = fields.List(fields.String(), metadata={"example": ["比例由 1:2 改为 1:1。"]})
    sentences = fields.List(fields.String(), metadata=SENTENCES_SAID)


@routes.on_get("/agreements", act="agreement.read")
@routes.arguments(PageQuery, location="query")
@routes.response(200, AgreementsSchema)
def list_agreements(page: dict[str, Any]) -> Any:
    """协议一览：只有您是参与方的。The agreements to which you are a party."""
    found, headers = page_of(policy().agreements(ledger().books), lambda each: each.number, page)
    return {"agreements": [_summary(each) for each in found]}, 200, headers


@routes.on_get("/agreements/<agreement>", act="agreement.read")
@routes.response(200, AgreementSchema)
def show_agreement(agreement: str) -> Any:
    """一份协议：条款、中文、谁签了、谁还没签。One agreement, its terms in sentences and who has yet to sign."""
    shown = _document(policy().agreement(ledger().books, agreement))
    return shown, 200, tagged(shown)


@routes.on_get("/agreements/<agreement>/texts/<int:draft>", act="agreement.read")
@routes.response(200, TextSchema)
def show_text(agreement: str, draft: int) -> Document:
    """某一稿的全文，已被对案取代的也可以看。One draft or version, also one that was countered."""
    found = policy().agreement(ledger().books, agreement)
    text = found.text_of(draft)
    if not policy().reads_text(found, text):
        raise DraftUnknown(agreement=found.number, draft=draft)
    return {"draft": text.number, "terms": text.document, "sentences": terms_in_words(text.terms)}


@routes.on_post("/agreements/<agreement>/check", act="agreement.read")
@routes.arguments(TermsSchema)
@routes.response(200, TextChangesSchema)
def check_amendment(sent: dict[str, Any], agreement: str) -> Document:
    """检查一份修订，一次列出全部问题和改动；什么也不记。Every fault of an amendment and what it changes; nothing is recorded."""
    found = policy().own_agreement(ledger().books, agreement)
    terms = read_terms(sent["terms"])
    faults = scrutinise_amendment(terms, [each.terms for each in found.versions]) if found.versions else []
    if faults:
        raise TermsRefused(faults)
    return {"changes": difference(found.terms, terms), "sentences": terms_in_words(terms)}


@routes.on_post("/agreements", act="agreement.propose")
@routes.arguments(TermsSchema)
@routes.response(201, AgreementSchema, links=NEXT)
def propose_agreement(sent: dict[str, Any]) -> Any:
    """提出一份协议；您须代表其中一方。Put terms forward, as one of their parties."""
    terms = read_terms(sent["terms"])
    policy().require_among("agreement.propose", [party.name for party in terms.parties.values()])
    return _changed(ledger().propose_agreement(sent["terms"]))


@routes.on_post("/agreements/<agreement>/counter", act="agreement.counter", versioned=True)
@routes.arguments(CounterSchema)
@routes.response(201, AgreementSchema, links=NEXT)
def counter_agreement(sent: dict[str, Any], agreement: str) -> Any:
    """以另一稿取代待签的文本。Put another text in the place of the draft."""
    party = _own_party(agreement, sent["party"], "agreement.counter")
    return _changed(ledger().counter_agreement(agreement, party, sent["terms"]))


@routes.on_post("/agreements/<agreement>/amend", act="agreement.amend", versioned=True)
@routes.arguments(CounterSchema)
@routes.response(201, AgreementSchema, links=NEXT)
def amend_agreement(sent: dict[str, Any], agreement: str) -> Any:
    """对已生效的协议提出修订。Put a later version forward."""
    party = _own_party(agreement, sent["party"], "agreement.amend")
    return _changed(ledger().amend_agreement(agreement, party, sent["terms"]))


@routes.on_post("/agreements/<agreement>/leave", act="agreement.amend", versioned=True)
@routes.arguments(CounterSchema)
@routes.response(201, AgreementSchema, links=NEXT)
def leave_agreement(sent: dict[str, Any], agreement: str) -> Any:
    """退出：提出没有您这一方的全文，各方签齐才退出。Leave, by terms without your party, once every party signs them."""
    party = _own_party(agreement, sent["party"], "agreement.amend")
    return _changed(ledger().leave_agreement(agreement, party, sent["terms"]))


@routes.on_post("/agreements/<agreement>/end", act="agreement.amend", versioned=True)
@routes.arguments(EndSchema)
@routes.response(201, AgreementSchema, links=NEXT)
def end_agreement(sent: dict[str, Any], agreement: str) -> Any:
    """终止：条款不变，止日提前（或写定），各方签齐才算。End on a day, by the same terms, once every party signs."""
    party = _own_party(agreement, sent["party"], "agreement.amend")
    return _changed(ledger().end_agreement(agreement, party, sent["last"]))


@routes.on_post("/agreements/<agreement>/sign", act="agreement.sign", versioned=True)
@routes.arguments(SignatureSchema)
@routes.response(201, AgreementSchema, links=NEXT)
def sign_agreement(sent: dict[str, Any], agreement: str) -> Any:
    """代表您的一方签署；提出这一稿的人不能签。Sign for your party; not the person who put the text forward.

    没读过的不签：写明第几稿（draft），或带 If-Match。Nothing is signed unread: say the draft, or send If-Match.
    """
    party = _own_party(agreement, sent["party"], "agreement.sign", may_be_unsaid="draft" in sent)
    held, who = ledger(), caller().person.login
    seen = held.books.agreements[agreement].draft
    draft = sent.get("draft", seen.number if seen else 0)

    def check() -> None:
        found = held.books.agreements[agreement]
        if found.draft and found.draft.number == draft:
            signed = [each.actor for each in signatures(held, agreement) if each.draft == draft]
            for actor in (held.actor_at(found.draft.proposed_at), *signed):  # one person signs for one party
                other_eyes(actor, who)

    try:
        return _changed(held.provided(check).sign_agreement(agreement, party, draft=draft))
    except (AgreementsOverlap, EntriesClaimedTwice) as rule:
        if policy().is_party_to(held.books.agreements[str(rule.facts["other"])]):
            raise
        raise ClaimedByOthers(agreement=agreement) from None


def _own_party(agreement: str, party: str, act: str, *, may_be_unsaid: bool = True) -> str:
    """A party to an agreement that exists for the caller as they saw it, for whom they may do this; by its id."""
    found = policy().agreement(ledger().books, agreement)
    named = found.party(party)
    for text in (found.text, found.draft):
        if text and named in text.terms.parties:  # who a text calls otherwise answers under both names
            policy().require(act, text.terms.parties[named].name)
    refuse_stale(_document(found), may_be_unsaid=may_be_unsaid)
    return named


def _changed(found: Agreement) -> Any:
    shown = _document(found)
    return shown, 201, {"Location": f"/api/v1/{tenant()}/agreements/{found.number}"} | tagged(shown)


def _text(found: Agreement) -> Draft | Version:
    """What was signed last, for who is a party to it; for who is only asked to join, the draft."""
    return found.text if policy().is_party_to(found) or found.draft is None else found.draft


def _summary(found: Agreement) -> Document:
    text = _text(found)
    return {
        "number": found.number,
        "title": text.terms.title,
        "parties": [
            {"id": each.id, "name": each.name, "region": each.region, "role": each.role}
            for each in text.terms.parties.values()
        ],
        "is_own": policy().is_party_to(found),
        "in_force_at": found.in_force_at if policy().is_party_to(found) else None,
        "draft": found.draft.number if found.draft else None,
        "missing": [found.name_of(party) for party in found.missing()],
        "proposed_at": found.draft.proposed_at if found.draft else None,
    }


def _document(found: Agreement) -> Document:
    text, versions = _text(found), found.versions if policy().is_party_to(found) else ()
    return _summary(found) | {
        "terms": found.draft.document if found.draft else found.document,
        "sentences": terms_in_words(text.terms),
        "changes": difference(found.terms, found.draft.terms) if found.draft and versions else [],
        "versions": [
            {
                "draft": each.number,
                "effective": each.terms.effective,
                "in_force_at": each.in_force_at,
                "signed": [found.name_of(party) for party in each.signed],
            }
            for each in versions
        ],
        "signatures": [_signature(found, each) for each in signatures(ledger(), found.number) if _reads(found, each)],
    }


def _reads(found: Agreement, signed: Signature) -> bool:
    """Whether a signature stands under a text that the caller may read."""
    texts = [each for each in (*found.texts(), *found.countered) if each.number == signed.draft]
    return any(policy().reads_text(found, each) for each in texts)


def _signature(found: Agreement, signed: Signature) -> Document:
    texts = (found.text_of(signed.draft), *found.texts(), *found.countered)  # who leaves signs a text without itself
    name = next(each.terms.parties[signed.party].name for each in texts if signed.party in each.terms.parties)
    return {"draft": signed.draft, "party": name, "actor": signed.actor, "position": signed.position}
