"""What can be wrong with terms: one class, one rule.

Sources: design § 4 ("Terms are refused with a list of every fault at once") and
semantics "Required words", findings 5, 9, 25.
"""

from ledger.domain.errors import RuleBroken


class WordMissing(RuleBroken):
    """A required word is not there."""

    zh = "缺少必写项“{word}”。请补上。"
    en = "The required word '{word}' is missing. Add it."


class WordUnknown(RuleBroken):
    """A word that terms do not have."""

    zh = "不认识“{word}”{hint}。请改正或删去。"
    en = "Unknown word '{word}'{hint}. Correct or remove it."


class NotAMapping(RuleBroken):
    """Names with values were expected."""

    zh = "这里应写成“名称: 内容”的若干项，现在不是。{example}"
    en = "Names with values are expected here. {example}"


class NotAList(RuleBroken):
    """A list was expected."""

    zh = "这里应是一个列表，且不为空。"
    en = "A list that is not empty is expected here."


class TooMany(RuleBroken):
    """More items than an agreement can have."""

    zh = "“{word}”有 {found} 项，超过上限 {limit}。请核对是否选错文件，或分成几份协议。"
    en = "'{word}' has {found} items, more than {limit}. Check the file, or make several agreements."


class NotAText(RuleBroken):
    """A text was expected."""

    zh = "这里应是一段文字。"
    en = "A text is expected here."


class NotAChoice(RuleBroken):
    """One of a few words was expected."""

    zh = "“{given}”不在可选之列，可写：{choices}。"
    en = "'{given}' is none of: {choices}."


class FloatInTerms(RuleBroken):
    """A number with a decimal point that is not quoted: YAML would read it inexactly."""

    zh = '“{given}”带小数点而没有引号，会被读成近似数。请加引号，例如 "0.35"。'
    en = "'{given}' has a decimal point and no quotes and would be read inexactly. Quote it, such as \"0.35\"."


class AmountNotText(RuleBroken):
    """An amount that is not quoted."""

    zh = '金额要写成带引号的元，例如 "72500000.00"；现在是 {given}。'
    en = 'Write the amount as quoted yuan, such as "72500000.00"; it is {given}.'


class AmountNotPositive(RuleBroken):
    """A limit or stock below zero."""

    zh = "限额或存量不能小于零，现在是 {given}。"
    en = "A limit or stock cannot be below zero; it is {given}."


class NotARatio(RuleBroken):
    """A weight or part that is no exact ratio."""

    zh = '“{given}”不是比例。请写整数，或带引号的 "2/3"、"0.35"、"60%"。'
    en = '\'{given}\' is no ratio. Write a whole number, or quoted "2/3", "0.35", "60%".'


class WeightNegative(RuleBroken):
    """A weight below zero."""

    zh = "“{party}”的权重小于零。权重须为零或正数。"
    en = "The weight of '{party}' is below zero. Weights are zero or more."


class WeightsEmpty(RuleBroken):
    """Weights that sum to zero."""

    zh = "各方权重全为零或没有写，无法分配。请至少给一方正的权重。"
    en = "No party has a positive weight, so nothing can be divided. Give at least one."


class PartyUnknown(RuleBroken):
    """A party that the agreement does not list."""

    zh = "“{party}”不是本协议的参与方。参与方是：{parties}。"
    en = "'{party}' is no party of this agreement. Parties: {parties}."


class PartiesAlike(RuleBroken):
    """Two parties that files could not tell apart."""

    zh = "参与方“{one}”与“{other}”的名称、代码或编号相同，文件里的征收方会分不清。请改成各不相同。"
    en = "Parties '{one}' and '{other}' share an id, name or region, so files could not tell them apart."


class PartiesTooFew(RuleBroken):
    """Nobody to share with."""

    zh = "协议至少要有两个参与方。"
    en = "An agreement has at least two parties."


class RegionUnreadable(RuleBroken):
    """Not a region code of GB/T 2260."""

    zh = "行政区划代码“{given}”不是六位数字（GB/T 2260）。请加引号写六位。"
    en = "Region code '{given}' is not six digits (GB/T 2260). Write six digits in quotes."


class LifeEndsBeforeItBegins(RuleBroken):
    """Last day before first day."""

    zh = "止日 {last} 早于起日 {first}。请改正日期。"
    en = "The last day {last} is before the first day {first}."


class YearsUnreadable(RuleBroken):
    """Agreement years that are no range."""

    zh = "年度“{given}”读不懂。请写成 1-3 或 4，从 1 数起。"
    en = "Years '{given}' cannot be read. Write 1-3 or 4, counted from 1."


class PartOutOfRange(RuleBroken):
    """`take` outside 0 to 100 %."""

    zh = "提取比例“{given}”须大于 0 且不超过 100%。"
    en = "The part taken, '{given}', must be above 0 and at most 100 %."


class WordsDoNotGoTogether(RuleBroken):
    """Two words of one step that contradict."""

    zh = "“{one}”与“{other}”不能同时写。请只写一个，或分成两步。"
    en = "'{one}' and '{other}' cannot stand together. Write one of them, or make two steps."


class StepDividesNothing(RuleBroken):
    """A step without `split` or `keep`."""

    zh = "这一步没有写 split（按比例分）或 keep（存量留用），不知道分给谁。"
    en = "This step has neither split nor keep, so nobody gets anything."


class StepNameMissing(RuleBroken):
    """A step with memory that has no name."""

    zh = "有累计（{word}）的步骤必须有 name，以后修订协议时累计数才接得上。"
    en = "A step that counts ({word}) needs a name, so that a later version can go on counting."


class StepNameTwice(RuleBroken):
    """Two steps of a pool with one name."""

    zh = "步骤名“{name}”用了两次，累计会混在一起。请各起各名。"
    en = "Step name '{name}' is used twice; their counts would mix. Name them apart."


class MemoryNeedsRunning(RuleBroken):
    """`line` or `period` rounding meets a step with memory (semantics finding 5)."""

    zh = "取整层级“{level}”不能与有累计的步骤“{step}”并用，否则限额会逐笔或逐期重来。请改为 running。"
    en = "Rounding level '{level}' cannot be used with the counting step '{step}'. Use running."


class GuaranteeNeedsRunning(RuleBroken):
    """`line` or `period` rounding meets a guarantee, which is worked out for whole years."""

    zh = "取整层级“{level}”不能与保底（guarantee）并用，保底按整年计算。请改为 running。"
    en = "Rounding level '{level}' cannot be used with a guarantee, which counts whole years. Use running."


class WindowsGap(RuleBroken):
    """Days between the windows of plain splits that no step names."""

    zh = "分成时段有空档：{first} 至 {last} 没有写怎么分。请补写这一段的比例。"
    en = "Gap in the schedule: {first}..{last} is not covered by any step. Say how it is divided."


class WindowsOverlap(RuleBroken):
    """Days that two plain splits both claim."""

    zh = "分成时段重叠：{first} 至 {last} 同时归“{one}”和“{other}”。请改成互不重叠。"
    en = "Schedule overlap: {first}..{last} belongs to both '{one}' and '{other}'. Separate them."


class EntryReachesNoStep(RuleBroken):
    """Money that would pass the last step (semantics 5.5)."""

    zh = "入库日或所属期在 {first} 至 {last} 的款项会落到最后一步之外，无人应得。请加一步不设限的 split 收尾。"
    en = "What is dated {first}..{last} would pass the last step. End with a split that takes everything."


class StepNeverReached(RuleBroken):
    """A step behind one that takes everything, or outside the agreement's life."""

    zh = "步骤“{step}”永远轮不到：前面的步骤已经取尽，或时段在协议期外。请调整次序或删去。"
    en = "Step '{step}' can never be reached. Reorder the steps or remove it."


class PoolsOverlap(RuleBroken):
    """Two pools that claim the same entries (semantics finding 25)."""

    zh = "分配池“{one}”与“{other}”会选中同样的款项，同一笔钱会分两次。请让科目或范围互不重叠。"
    en = "Pools '{one}' and '{other}' select the same entries, which would be divided twice. Separate them."


class ReportedDiffers(RuleBroken):
    """One indicator, reported in two ways: the bases could not be checked against each other."""

    zh = "指标“{measure}”在“{one}”和“{other}”里的报送方式、单位或最小计数不同，各口径无法互相核对。请写成一样的。"
    en = "Indicator '{measure}' is reported otherwise in '{one}' than in '{other}'; the bases cannot be checked. Write them alike."


class ListUnknown(RuleBroken):
    """A list of enterprises that the terms do not carry."""

    zh = "名单“{name}”不在条款的 lists 里（有：{lists}）。请核对名称，或附上名单。"
    en = "List '{name}' is not among the terms' lists ({lists}). Check the name, or attach it."


class CapWithoutShare(RuleBroken):
    """A cap on a party that gets nothing of the step."""

    zh = "“{party}”在这一步没有份额，封顶不起作用。请把封顶写在它分得款项的那一步。"
    en = "'{party}' has no share in this step, so its cap does nothing. Put the cap on the step that pays it."


class StepNameReserved(RuleBroken):
    """A name that looks like an automatic number."""

    zh = "步骤名“{name}”以 # 开头，会与自动编号混淆。请换一个名称。"
    en = "Step name '{name}' begins with # like an automatic number. Choose another."


class SubjectNotACode(RuleBroken):
    """A budget subject that is not written as digits."""

    zh = '科目“{given}”不是代码。请只写数字，例如 "10101"。'
    en = "Subject '{given}' is no code. Write digits only, such as \"10101\"."


class NotAWholeNumber(RuleBroken):
    """A count that is not 1 or more."""

    zh = "“{given}”须是 1 以上的整数。"
    en = "'{given}' must be a whole number of 1 or more."


class LevelsNotWhole(RuleBroken):
    """A level row that does not add up to 100 %."""

    zh = "科目 {subject} 各级比例合计为 {total}，应为 100。这里写每百元中的份数，不写百分号。"
    en = "The levels of subject {subject} add up to {total}, not 100. Write parts of a hundred, without a percent sign."


class LevelsOverlap(RuleBroken):
    """Two level rows for one subject and day."""

    zh = "科目 {subject} 在 {first} 有两行级次比例。请让起止日期互不重叠。"
    en = "Subject {subject} has two level rows on {first}. Separate their dates."


class NothingToCertify(RuleBroken):
    """A word about certification on a step whose weights are written."""

    zh = "这一步的权重已经写明，“{word}”不起作用。它只与 split: {{by: …}} 同用。"
    en = "The weights of this step are written, so '{word}' does nothing. It goes with split: {{by: …}}."


class CollectorNeedsUnit(RuleBroken):
    """The collector's weight in a pool that does not count per collector."""

    zh = "“collector”指征收方自己，只能用在 per: collector 的分配池。请加 per: collector，或写参与方代号。"
    en = "'collector' means whoever collects and needs a pool per: collector. Add that, or write a party."


class ExtendNeeds(RuleBroken):
    """An extension without the word it depends on."""

    zh = "extend（未达上限则延长）须与 {other} 同写。请补上。"
    en = "extend needs {other} in the same step. Add it."


class StepZero(RuleBroken):
    """A smallest step of zero."""

    zh = '最小计数 step 须大于零，例如 "0.1"。'
    en = 'The smallest step must be above zero, such as "0.1".'


class PaysItself(RuleBroken):
    """One party on both sides of a payment."""

    zh = "“{party}”既是付方又是收方，这一条不起作用。请写两个不同的参与方。"
    en = "'{party}' is both payer and payee. Name two different parties."


class FeedingUnknown(RuleBroken):
    """A pool fed by one that is not there, or that divides no money."""

    zh = "“{pool}”要用“{source}”的应得，但条款里没有这个分享款项的池。请核对池名。"
    en = "'{pool}' is fed by '{source}', which is no pool of these terms that divides money. Check the name."


class FeedingCircular(RuleBroken):
    """Pools that feed each other in a circle (semantics finding 24)."""

    zh = "分配池互相供给，绕成一圈：{circle}。一池的应得不能最终又取决于它自己。请改断其中一处。"
    en = "Pools feed each other in a circle: {circle}. Break it somewhere."


class FeedingFromNobody(RuleBroken):
    """A pool fed by a party that gets nothing in the other pool."""

    zh = "“{party}”在“{source}”里没有份额，没有什么可供“{pool}”分配。请核对参与方。"
    en = "'{party}' has no share in '{source}', so nothing feeds '{pool}'. Check the party."


class WordDoesNothing(RuleBroken):
    """A word that has no meaning for what the pool shares."""

    zh = "“{word}”对这类分配池（{share}）不起作用。请删去。"
    en = "'{word}' does nothing in a pool that shares {share}. Remove it."


class GuaranteeNeedsEnd(RuleBroken):
    """A guarantee for the whole term of an agreement without an end."""

    zh = "保底按整个协议期计算（per: term），但协议没有止日，永远算不到。请写 to，或改为 per: year。"
    en = "The guarantee is per term but the agreement has no last day. Say `to`, or make it per: year."


class TransferPerUnitNeedsName(RuleBroken):
    """A transfer for every unit with one written amount."""

    zh = "按户或按项目转移的数额各不相同，须写认定数额的名字，不能写一个固定数。"
    en = "A transfer per enterprise or project needs the name of a certified amount, not one figure."


class LimitsInDouble(RuleBroken):
    """A limit in basis `double`, which conserves nothing."""

    zh = "双算（double）各方都计全数，不能有限额或提取（{word}）。请删去。"
    en = "In basis double every party has the whole, so {word} has no meaning. Remove it."


class DayOutsideLife(RuleBroken):
    """A transfer on a day outside the agreement's life."""

    zh = "转移日 {when} 不在协议期内。请改正日期。"
    en = "The transfer on {when} lies outside the agreement's life. Correct the date."


class EffectiveOutsideLife(RuleBroken):
    """An amendment that would begin outside the agreement's life."""

    zh = "修订的生效日 {effective} 不在协议期内（起日 {first}）。请改正。"
    en = "The amendment's effective day {effective} lies outside the agreement's life (from {first}). Correct it."


class ClockYearTwice(RuleBroken):
    """A year of a clock that two plain splits both claim."""

    zh = "从{clock}起第 {year} 年同时归“{one}”和“{other}”。请改成互不重叠。"
    en = "Year {year} of the clock {clock} belongs to both '{one}' and '{other}'. Separate them."


class ClockYearsMissing(RuleBroken):
    """Years of a clock between two plain splits that no step names."""

    zh = "从{clock}起第 {years} 年没有写怎么分。请补写这几年的比例。"
    en = "Years {years} of the clock {clock} are not covered by any step. Say how they are divided."


class AmendmentCannotChange(RuleBroken):
    """A word that belongs to the agreement as a whole."""

    zh = "修订不能改变“{word}”：它决定整个协议期的日期口径、取整和结算。确要改变，请终止本协议另签新约。"
    en = "An amendment cannot change '{word}': it rules the whole life of the agreement. End it and sign a new one."


class CountDropped(RuleBroken):
    """An amendment that neither keeps nor ends a step that counts (semantics finding 9)."""

    zh = "原有累计步骤“{pool}／{step}”（{word}）在修订中不见了。要接着累计就保留同名步骤，要终止就写 ends: {{{pool}: [{step}]}}。"
    en = "Step '{step}' of '{pool}' ({word}) is gone. Keep a step of that name to go on counting, or say ends: {{{pool}: [{step}]}}."


class NothingToEnd(RuleBroken):
    """`ends` names a step that did not count, or that is kept."""

    zh = "ends 里的“{pool}／{step}”不是原来有累计的步骤，或者修订里又保留了它。请核对。"
    en = "'{step}' of '{pool}' in `ends` did not count before, or is kept as well. Check it."


class ListingOrderChanged(RuleBroken):
    """Parties that stay, in another order."""

    zh = "留下的参与方次序变了。次序决定最后一分归谁，已列的不能调换；新参与方可以插在任何位置。"
    en = "The parties that stay are listed in another order, which decides ties. Keep it; newcomers may stand anywhere."


class CollectorLeaves(RuleBroken):
    """A leaver who collects, and nobody named to collect instead."""

    zh = "退出的“{party}”是征收方，退出后款项由谁征收没有写。请另列一个 role: host（或 receiver）的参与方。"
    en = "'{party}', who leaves, collects; nobody is named to collect afterwards. Give another party role: host."


class EndedNameAgain(RuleBroken):
    """The name of a count that an earlier version ended."""

    zh = "“{pool}／{step}”的累计已由以前的修订终止，同名会接着旧数计算。请另起一个步骤名。"
    en = "The count of '{step}' in '{pool}' was ended before; the same name would go on from it. Choose another name."


class LimitTooFine(RuleBroken):
    """A limit of figures that is no whole number of smallest steps."""

    zh = "步骤“{step}”的限额不是最小计数的整数倍。指标和额度的限额按其单位读，请写成最小计数的整数倍。"
    en = "The limit of step '{step}' is no whole multiple of the smallest step; limits of figures are read in their unit."


class CountOfOtherKind(RuleBroken):
    """A step that keeps its name but counts otherwise, so that its limit would begin anew (semantics 5.6)."""

    zh = "步骤“{pool}／{step}”换了累计的口径（per、until 或 cap），限额会重新起算。请在 ends 里终止它，另起一个步骤名。"
    en = "Step '{step}' of '{pool}' counts otherwise now (per, until or cap), so its limit would begin anew. End it and name another."


class NameReserved(RuleBroken):
    """A party or pool called like a word of the language, or by nothing that can be read."""

    zh = "“{name}”不能用作代号或池名：它是条款的用词，或含有空格、换行等看不见的字符。请换一个。"
    en = "'{name}' cannot be an id or a pool's name: it is a word of the language or holds invisible characters. Choose another."


class TextUnfit(RuleBroken):
    """A text with line breaks or invisible characters, or with spaces around it."""

    zh = "这段文字前后有空格，或含有换行、零宽等看不见的字符，印出来会与别的名称分不清。请改正。"
    en = "This text has spaces around it, or line breaks or invisible characters inside. Correct it."


class FeedingTwice(RuleBroken):
    """One due that two pools hand on."""

    zh = "“{party}”在“{source}”的应得同时供给“{one}”和“{other}”，会付出两次。请只供给一个池。"
    en = "What '{party}' is due in '{source}' feeds both '{one}' and '{other}' and would be paid twice. Feed one pool."


class OnlyInAmendments(RuleBroken):
    """A word of amendments in a first text."""

    zh = "“{word}”只写在修订里，首次提出的协议不能有。请删去。"
    en = "'{word}' belongs to amendments, not to a first text. Remove it."


class YearUnreadable(RuleBroken):
    """A year that is none."""

    zh = "年份“{given}”读不懂，或不在 1950 至 2199 之间。请写四位年份。"
    en = "The year '{given}' cannot be read, or is not between 1950 and 2199. Write four digits."


class DayOfYearUnreadable(RuleBroken):
    """A day of every year that is none."""

    zh = '“{given}”读不懂。请写带引号的月日，例如 "05-15"。'
    en = "'{given}' cannot be read. Write month and day in quotes, such as \"05-15\"."


class LastDayUnreadable(RuleBroken):
    """A last day that is none."""

    zh = "“{given}”读不懂。请写最后一天，例如 2033-12-31；没有止日的写 open。"
    en = "'{given}' cannot be read. Write the last day, such as 2033-12-31, or open for none."


JUDGED_BY_WEIGHTS = (CapWithoutShare, PaysItself, FeedingFromNobody)
"""What cannot be judged of steps whose weights could not be read."""
