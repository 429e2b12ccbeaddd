"""Terms (条款): checked and put into sentences for whoever drafts them; nothing is recorded."""

from typing import Any

from marshmallow import fields

from api.http.routes import Routes
from api.http.wire import Wire
from api.resources.agreements import SENTENCES_SAID, TermsSchema
from ledger.domain.agreeing.agreement import needs_certified
from ledger.domain.terms import Document
from ledger.domain.terms.draft import read_terms
from ledger.projections.terms_in_words import terms_in_words

routes = Routes("terms", __name__, description="条款试算 terms, tried out")


class SentencesSchema(Wire):
    """What terms say, in sentences."""

    sentences = fields.List(fields.String(), metadata=SENTENCES_SAID)


class CheckSchema(SentencesSchema):
    """Terms without a fault."""

    title = fields.String(metadata={"example": "甲县、乙县共建园区"})
    needs_certified = fields.List(
        fields.String(),
        metadata={"description": "签署以后还须各方认定的 what only certification can supply", "example": ["实缴投资"]},
    )


@routes.on_post("/terms/check", act="terms.try")
@routes.arguments(TermsSchema)
@routes.response(200, CheckSchema)
def check_terms(sent: dict[str, Any]) -> Document:
    """检查条款，一次列出全部问题；什么也不记。Every fault of some terms; nothing is recorded."""
    terms = read_terms(sent["terms"])
    needed = needs_certified(terms)
    return {"title": terms.title, "sentences": terms_in_words(terms), "needs_certified": needed}


@routes.on_post("/terms/explain", act="terms.try")
@routes.arguments(TermsSchema)
@routes.response(200, SentencesSchema)
def explain_terms(sent: dict[str, Any]) -> Document:
    """把条款写成逐条编号的中文。The terms as numbered Chinese sentences."""
    return {"sentences": terms_in_words(read_terms(sent["terms"]))}
