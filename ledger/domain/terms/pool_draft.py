"""A draft's pools: reads what is shared, of which entries, and by which steps."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import get_args

from ledger.domain.terms import (
    Basis,
    Feeding,
    Guarantee,
    Level,
    Party,
    Per,
    Pool,
    Reported,
    Selection,
    Share,
    Step,
    Threshold,
    Transfer,
    Weights,
    faults,
)
from ledger.domain.terms.step_draft import StepDraft, listed
from ledger.domain.terms.words import Words

POOL_WORDS = (
    "share", "of", "subjects", "level", "per", "eligible", "otherwise", "guarantee", "transfer", "indicators",
    "quotas", "basis", "reported", "waterfall", "clause",
)  # fmt: skip
WRITTEN_SHARES = tuple(share for share in get_args(Share) if share != "due_of")
MEASURED = {"indicator": "indicators", "quota": "quotas"}
STEPS_MAX = 100
TRANSFERS_MAX = 100
MONEY_STEP = Reported(cumulative=False, kind="flow", unit="元", step=Fraction(1, 100))


class PoolDraft:
    """Builds pools out of words, for parties and a first day already read."""

    def __init__(self, parties: Mapping[str, Party], first: date) -> None:
        self.parties = parties
        self.first = first

    def pool(self, name: str, words: Words) -> Pool:
        """One pool; what is faulty is noted in its words and replaced by something harmless."""
        share, fed_by = self._share(words)
        per: Per = words.choice("per", get_args(Per), "agreement")
        draft = StepDraft(self.parties, self.first, per_collector=per == "collector")
        basis = self._basis(words, share)
        pool = Pool(
            name=name,
            share=share,
            fed_by=fed_by,
            transfers=self._transfers(words, draft) if share == "transfer" else (),
            measures=tuple(dict.fromkeys(words.texts(MEASURED[share], required=True))) if share in MEASURED else (),
            basis=basis,
            reported=self._reported(words, share),
            selection=self._selection(words),
            subjects=words.codes("subjects"),
            level=words.choice("level", get_args(Level), "as_given"),
            per=per,
            eligible=self._eligible(words),
            otherwise=draft.weights(words, "otherwise") if words.has("otherwise") else None,
            guarantee=self._guarantee(words, draft),
            steps=self._steps(words, draft, required=basis != "in_place"),
            clause=words.clause,
            path=words.path,
        )
        words.done(POOL_WORDS)
        return pool

    def _steps(self, words: Words, draft: StepDraft, *, required: bool) -> tuple[Step, ...]:
        if not required:
            if words.has("waterfall"):
                words.fault("waterfall", faults.WordsDoNotGoTogether(one="basis: in_place", other="waterfall"))
                words.raw("waterfall")
            return ()
        listed = words.each("waterfall", limit=STEPS_MAX, required=True)
        return tuple(draft.step(index, inner) for index, inner in enumerate(listed))

    def _share(self, words: Words) -> tuple[Share, Feeding | None]:
        if not isinstance(words.peek("share"), dict):
            share: Share = words.choice("share", WRITTEN_SHARES)
            return share, None
        inner = words.inner("share")
        of = inner.inner("due_of", required=True) if inner else None
        if inner:
            inner.done(("due_of",))
        if of is None:
            return "receipts", None
        feeding = Feeding(of.text("party", required=True), of.text("pool", required=True))
        if feeding.party and feeding.party not in self.parties:
            of.fault("party", faults.PartyUnknown(party=feeding.party[:40], parties=listed(self.parties)))
        of.done(("party", "pool"))
        return "due_of", feeding

    def _basis(self, words: Words, share: Share) -> Basis:
        if share != "indicator":
            return "split"
        basis: Basis = words.choice("basis", get_args(Basis))
        return basis

    def _reported(self, words: Words, share: Share) -> Reported | None:
        """How figures are reported; contributions are money, so that only figures and quotas must say it."""
        if share not in MEASURED:
            return MONEY_STEP if share == "inputs" else None
        inner = words.inner("reported", required=True)
        if inner is None:
            return MONEY_STEP
        unit, step = inner.text("unit", required=True), inner.ratio("step")
        if step == 0:
            inner.fault("step", faults.StepZero())
        as_reported, kind = "monthly", "flow"
        if share == "indicator":
            as_reported, kind = inner.choice("as", ("cumulative", "monthly")), inner.choice("kind", ("flow", "stock"))
        if (as_reported, kind) == ("cumulative", "stock"):
            inner.fault("as", faults.WordsDoNotGoTogether(one="cumulative", other="stock"))
        inner.done(("as", "kind", "unit", "step"))
        return Reported(as_reported == "cumulative", "stock" if kind == "stock" else "flow", unit, step or Fraction(1))

    def _transfers(self, words: Words, draft: StepDraft) -> tuple[Transfer, ...]:
        """What one party gives, or several each of their own."""
        if isinstance(words.peek("transfer"), list):
            return tuple(self._transfer(inner, draft) for inner in words.each("transfer", limit=TRANSFERS_MAX))
        inner = words.inner("transfer", required=True)
        return (self._transfer(inner, draft),) if inner else ()

    def _transfer(self, inner: Words, draft: StepDraft) -> Transfer:
        givers = draft.weights(inner, "from") if isinstance(inner.peek("from"), dict) else _one(inner, draft)
        amount = inner.limit("amount")
        inner.only_one("yearly", "on")
        if not inner.has("yearly") and not inner.has("on"):
            inner.fault("", faults.WordMissing(word="yearly / on"))
        yearly = inner.day_of_year("yearly") if inner.has("yearly") else None
        on = inner.days("on")
        at_least_fen = inner.amount("at_least") or 0 if inner.has("at_least") else 0
        inner.done(("from", "amount", "yearly", "on", "at_least"))
        return Transfer(givers, amount if amount is not None else 0, on, yearly, at_least_fen)

    def _guarantee(self, words: Words, draft: StepDraft) -> Guarantee | None:
        inner = words.inner("guarantee")
        if inner is None:
            return None
        party, payer = inner.text("party", required=True), inner.text("payer", required=True)
        draft.known(inner, party, payer)
        if party and party == payer:
            inner.fault("payer", faults.PaysItself(party=party))
        at_least = inner.limit("at_least")
        guarantee = Guarantee(
            party,
            payer,
            at_least if at_least is not None else 0,
            inner.choice("per", ("year", "agreement_year", "term")),
        )
        inner.done(("party", "payer", "at_least", "per"))
        return guarantee

    def _selection(self, words: Words) -> Selection:
        if not isinstance(words.peek("of"), dict):
            words.choice("of", ("all",), "all")
            return Selection()
        inner = words.inner("of")
        assert inner is not None
        inner.only_one("projects", "park", "list")
        by = next((word for word in ("projects", "park", "list") if inner.has(word)), None)
        if by is None:
            inner.fault("", faults.WordMissing(word="projects / park / list"))
            return Selection()
        names = inner.texts(by) if by == "projects" else (inner.text(by, required=True),)
        inner.done(("projects", "park", "list"))
        return Selection(by, names)  # type: ignore[arg-type]

    def _eligible(self, words: Words) -> Threshold | None:
        inner = words.inner("eligible")
        if inner is None:
            return None
        years = inner.whole("average_of_years")
        threshold = Threshold(years, inner.amount("at_least") or 0, inner.flag("government_led"))
        inner.done(("average_of_years", "at_least", "government_led"))
        return threshold


def _one(words: Words, draft: StepDraft) -> Weights:
    """The one party that gives."""
    giver = words.text("from", required=True)
    draft.known(words, giver)
    return {giver: Fraction(1)}
