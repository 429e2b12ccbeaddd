"""What waits for certification (待认定): one class, one kind of fact that both sides have yet to confirm."""

from ledger.domain.errors import RuleBroken


class Uncertified(RuleBroken):
    """Something that both sides have yet to certify."""


class AmountUncertified(Uncertified):
    """A limit whose amount nobody certified."""

    zh = "“{name}”（{unit}）尚未认定，这笔款暂不分配。请双方认定后再结算。"
    en = "'{name}' ({unit}) is not certified, so this waits undivided. Certify it first."


class WeightsUncertified(Uncertified):
    """Weights that nobody certified for a day, or that sum to zero."""

    zh = "分成权重“{name}”（{unit}）在 {when} 尚未认定，或合计为零，这笔款暂不分配。请双方认定这一天的权重。"
    en = "The weights '{name}' ({unit}) of {when} are not certified or sum to zero, so this waits undivided."


class StocksUncertified(Uncertified):
    """Amounts to keep that nobody certified for a day."""

    zh = "各方留用数“{name}”（{unit}）在 {when} 尚未认定，这笔款暂不分配。请双方认定。"
    en = "The amounts '{name}' ({unit}) that parties keep on {when} are not certified, so this waits undivided."


class ClockUncertified(Uncertified):
    """A clock whose start nobody certified."""

    zh = "“{unit}”的{clock}日期尚未认定，不知年限从哪天起算，这笔款暂不分配。请双方认定起算日。"
    en = "The start of the clock {clock} of '{unit}' is not certified, so this waits undivided. Certify its day."


class EligibilityUncertified(Uncertified):
    """A unit whose eligibility nobody certified."""

    zh = "“{unit}”是否符合“{pool}”的条件尚未认定，这笔款暂不分配。请双方认定。"
    en = "Whether '{unit}' is eligible for '{pool}' is not certified, so this waits undivided."


class ListUncertified(Uncertified):
    """A list of enterprises that nobody certified."""

    zh = "企业名单“{name}”尚未认定，这笔款暂不分配。请附上双方确认的名单。"
    en = "List '{name}' is not certified, so this waits undivided. Attach the confirmed list."


class GuaranteeUncertified(Uncertified):
    """A guaranteed amount that nobody certified."""

    zh = "“{pool}”的保底数“{name}”在 {when} 尚未认定，这一期保底暂不计算。请双方认定。"
    en = "The guaranteed amount '{name}' of '{pool}' on {when} is not certified, so the guarantee waits."


class TransferUncertified(Uncertified):
    """A transfer whose amount nobody certified."""

    zh = "“{pool}”应于 {when} 转移的数额“{name}”尚未认定，暂不转移。请双方认定。"
    en = "The amount '{name}' that '{pool}' transfers on {when} is not certified, so it waits."
