"""A fact put forward for certification, as one Chinese phrase."""

from ledger.domain import money
from ledger.domain.terms import CLOCKS_ZH, Document


def fact_in_words(document: Document) -> str:
    """What a fact says, of whom and for which days; its source comes last."""
    unit = f"“{document['unit']}”" if document.get("unit") else ""
    source = f"（{document['source']}）" if document.get("source") else ""
    return f"{unit}{_said(document)}{_days(document)}{source}"


def _said(document: Document) -> str:
    match document:
        case {"clock": clock, "on": on}:
            return f"{CLOCKS_ZH.get(clock, clock)}之日 {on}"
        case {"amount": name, "value": value}:
            return f"“{name}”{value} 元"
        case {"amount": name, "years": dict(years)}:
            return f"“{name}”{_sum(years)} 元（各年合计：{_values(years)}）"
        case {"amount": name, "average_of": dict(years)}:
            return f"“{name}”各年平均：{_values(years)} 元"
        case {"weights": name, "values": dict(values)}:
            return f"权重“{name}”：{_values(values)}"
        case {"amounts": name, "values": dict(values)}:
            return f"各方“{name}”：{_values(values)} 元"
        case {"eligible": pool, "value": value}:
            return f"{'符合' if value else '不符合'}“{pool}”的条件"
        case {"list": name, "units": list(units)}:
            return f"名单“{name}”共 {len(units)} 户：{'、'.join(map(str, units))}"
    return "，".join(f"{word} {value}" for word, value in document.items() if word not in ("unit", "source"))


def _sum(years: dict[str, object]) -> str:
    """The years' amounts together; a document that was accepted once can always be read."""
    return money.yuan(sum(money.fen(str(amount)) for amount in years.values()))


def _values(values: dict[str, object]) -> str:
    return "、".join(f"{name} {value}" for name, value in values.items())


def _days(document: Document) -> str:
    first, last = document.get("from"), document.get("to")
    if not first and not last:
        return ""
    return f"，自 {first} 起" if not last else f"，{first or ''} 至 {last}"
