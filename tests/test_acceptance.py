"""A policy officer's own feature file: what is wrong is said in Chinese before anything runs."""

import json
from pathlib import Path

import pytest

from api.cli.main import main
from features.comparing import same
from features.phrase_book import phrases
from features.running import Outcome
from features.running import run as run_file
from features.soundness import FeatureUnsound, faults, refuse_unsound

SOUND = """# language: zh-CN
功能: 我自己的验收
  背景:
    假如 "甲乙园" 的分成协议为：
      | 县   | 比例 |
      | 甲县 | 1    |
      | 乙县 | 2    |

  场景: 除不尽的一分
    当 凭证 "V1" 于 2026-03-10 入库 100.00 元
    那么 2026-03 的结算单为：
      | 县   | 应得  |
      | 甲县 | 33.33 |
      | 乙县 | 66.67 |

  场景大纲: 小额
    当 凭证 "V1" 于 2026-03-10 入库 <金额> 元
    那么 2026-03 的结算单为：
      | 县   | 应得 |
      | 甲县 | <甲> |
      | 乙县 | <乙> |

    例子:
      | 金额 | 甲   | 乙   |
      | 0.01 | 0.00 | 0.01 |
      | 0.02 | 0.01 | 0.01 |
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    file = tmp_path / "own.feature"
    file.write_text(SOUND, encoding="utf-8")
    return file


def changed(file: Path, before: str, after: str) -> list[str]:
    assert before in SOUND
    file.write_text(SOUND.replace(before, after, 1), encoding="utf-8")
    return faults(file)


def test_a_sound_file_has_no_fault(own: Path) -> None:
    assert faults(own) == []


def test_a_missing_language_line_is_named(own: Path) -> None:
    (fault,) = changed(own, "# language: zh-CN\n", "")

    assert "第 1 行应为“# language: zh-CN”" in fault


def test_a_step_before_the_first_scenario_is_named(own: Path) -> None:
    (fault,) = changed(own, "  背景:\n", "  那么 账簿核验完好\n  背景:\n")

    assert fault.startswith("第 3 行的步骤“那么 账簿核验完好”写在第一个场景之前，不会执行")


def test_an_unknown_step_is_reported_with_the_nearest_known_ones(own: Path) -> None:
    """N20: the first undefined step made a scenario disappear."""
    (fault,) = changed(own, "入库 100.00 元", "进账 100.00 元")

    assert fault.startswith('第 10 行的步骤“凭证 "V1" 于 2026-03-10 进账 100.00 元”不在手册里。最接近的有：')
    assert '“当 凭证 "〈凭证号〉" 于 〈日期〉 入库 〈金额〉 元”' in fault


def test_of_two_scenarios_with_one_name_the_second_is_named(own: Path) -> None:
    (fault,) = changed(own, "场景大纲: 小额", "场景大纲: 除不尽的一分")

    assert "同名" in fault


def test_a_table_that_does_not_close_is_named_by_its_line(own: Path) -> None:
    (fault,) = changed(own, "| 甲县 | 33.33 |", "| 甲县 | 33.33 | 多一格 |")

    assert fault.startswith("第 13 行写法不对")


def test_the_projects_own_features_cannot_be_collected_unsound(own: Path) -> None:
    changed(own, "# language: zh-CN\n", "")

    with pytest.raises(FeatureUnsound, match=r"own\.feature 第 1 行"):
        refuse_unsound(own.parent)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as stopped:
        main(list(arguments))
    return int(stopped.value.code or 0), capsys.readouterr().out


def test_a_sound_file_runs_against_fresh_books(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, printed = run(capsys, "feature", "run", str(own))

    assert (code, printed.splitlines()) == (
        0,
        [
            "通过  除不尽的一分",
            "通过  小额（金额 0.01、甲 0.00、乙 0.01）",
            "通过  小额（金额 0.02、甲 0.01、乙 0.01）",
            "共 3 个场景，通过 3 个，未通过 0 个。",
        ],
    )


def test_a_wrong_figure_fails_showing_both_tables(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed(own, "| 甲县 | 33.33 |", "| 甲县 | 33.34 |")

    code, printed = run(capsys, "feature", "run", str(own))

    assert code == 1
    assert "未通过  除不尽的一分" in printed
    assert "应为：" in printed and "| 甲县 | 33.34 |" in printed
    assert "实为：" in printed and "| 甲县 | 33.33 |" in printed
    assert "Traceback" not in printed


def test_an_unsound_file_is_not_run(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed(own, "入库 100.00 元", "进账 100.00 元")

    code, printed = run(capsys, "feature", "run", str(own), "--json")

    document = json.loads(printed)
    assert (code, document["passed"], document["scenarios"]) == (1, False, [])
    assert "不在手册里" in document["faults"][0]


def test_the_phrase_book_explains_every_step_in_chinese() -> None:
    found = phrases()

    assert len(found) > 30
    assert all(phrase.meaning.endswith("。") and "{" not in phrase.wording for phrase in found)


REFUSED = '凭证 "V2" 于 2026-03-31 入库 100.001 元'
ANSWER = '被拒绝，原因是 "amount-not-whole-fen"'


def played(file: Path, *steps: str, background: str = "") -> Outcome:
    """How one scenario of these steps goes, after a background of its own."""
    text = SOUND[: SOUND.index("  场景:")] + background + "  场景: 一\n" + "".join(f"    {step}\n" for step in steps)
    file.write_text(text, encoding="utf-8")
    assert faults(file) == []
    (outcome,) = run_file(file)
    return outcome


@pytest.mark.parametrize(
    "steps",
    [
        ("那么 账簿核验完好", f"当 {REFUSED}"),
        (f"假如 {REFUSED}", "那么 账簿核验完好"),
        (f"当 {REFUSED}", f"并且 {REFUSED}", f"那么 {ANSWER}"),
        (f"当 {REFUSED}", "那么 账簿核验完好", f"并且 {ANSWER}"),
    ],
)
def test_a_refusal_that_the_next_step_does_not_answer_fails_the_scenario(own: Path, steps: tuple[str, ...]) -> None:
    outcome = played(own, *steps)

    line = 10 + next(index for index, step in enumerate(steps) if REFUSED in step)
    assert (outcome.passed, outcome.line, outcome.step) == (False, line, REFUSED)
    assert outcome.reason.startswith(f"第 {line} 行的步骤“{REFUSED}”被拒绝")
    assert "“100.001”" in outcome.reason and ANSWER in outcome.reason


def test_a_refusal_in_the_background_is_not_silent_either(own: Path) -> None:
    outcome = played(own, "当 2026-03 结账", "那么 没有被拒绝", background=f"    并且 {REFUSED}\n")

    assert (outcome.passed, outcome.line, outcome.step) == (False, 9, REFUSED)


def test_a_refusal_may_be_answered_by_several_steps_and_is_then_forgotten(own: Path) -> None:
    answers = (f"那么 {ANSWER}", '并且 被拒绝，说明里有 "100.001"', "并且 账内共有 4 件事项")
    explained = ('假如 凭证 "V1" 于 2026-03-01 入库 1.00 元', '当 解释 "甲县" 2026-03 的应得')

    assert played(own, f"当 {REFUSED}", *answers).passed
    stale = played(own, f"当 {REFUSED}", *answers, *explained, f"那么 {ANSWER}")
    assert "没有被拒绝" in stale.reason


@pytest.mark.parametrize("answer", ['被拒绝，原因是 "period-already-closed"', "没有被拒绝"])
def test_a_wrong_answer_to_a_refusal_shows_its_code_and_its_sentence(own: Path, answer: str) -> None:
    outcome = played(own, f"当 {REFUSED}", f"那么 {answer}")

    assert (outcome.passed, outcome.step) == (False, answer)
    assert "代号“amount-not-whole-fen”" in outcome.reason and "“100.001”" in outcome.reason


def test_nothing_is_nothing_whatever_its_sign(own: Path) -> None:
    same([["甲县", "-0.00"], ["乙县", "1,000.00"]], [["甲县", "0.00"], ["乙县", "1000.00"]])

    assert played(own, '那么 2026-03 由 "乙县" 付给 "甲县" 0.00 元').passed


def test_an_unknown_column_fails_with_those_that_can_be_written(own: Path) -> None:
    outcome = played(own, "那么 2026-03 的结算单为：", "| 单位 | 应分 |", "| 甲县 | 甲县 |", "| 乙县 | 乙县 |")
    header = played(own, "那么 2026-03 的结算单为：", "| 单位 | 应得 |", "| 甲县 | 0.00 |", "| 乙县 | 0.00 |")

    assert outcome.reason.startswith("不认识的列“应分”；可写：县、应得、已征收、净额、本期入库、")
    assert header.passed


def test_an_unknown_party_in_a_split_fails_with_the_parties(own: Path) -> None:
    feature = (Path(__file__).parents[1] / "features/three_parties.feature").read_text(encoding="utf-8")
    own.write_text(feature.replace("| 汕尾      |", "| 陆丰      |"), encoding="utf-8")

    (outcome,) = run_file(own)

    assert outcome.reason == "不认识的列“陆丰”；可写：深圳、汕尾、合作区。"


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ("      | 县   | 应得  |\n      | 甲县 | 33.33 |\n      | 乙县 | 66.67 |\n", "", "第 11 行的步骤后面缺表格"),
        ('当 凭证 "V1" 于 2026-03-10 入库 100.00 元', "当 检查条款：", "第 10 行的步骤后面缺三引号正文"),
        ("入库 100.00 元", "入库 100.00 元\n      | 甲 |", "第 10 行的步骤不用表格"),
        ("功能:", "功能：", "第 2 行用了全角冒号，请改为半角"),
        ("场景:", "场景：", "第 9 行用了全角冒号，请改为半角"),
        ("例子:", "例子：", "第 23 行用了全角冒号，请改为半角"),
        ("场景:", "场景 :", "第 9 行的冒号前有空格"),
        ('"V1"', "“V1”", '第 10 行用了全角引号，请改为半角：“凭证 "V1" 于'),
        ("的结算单为：", "的结算单为:", "第 11 行用了半角冒号或逗号，请改为全角"),
        ("| 甲县 | 33.33 |", "| 甲县 | 33.33", "第 13 行的表格没有收尾"),
        ("| 甲县 | 33.33 |", "| 甲县 | 33.33 ｜", "第 13 行用了全角竖线"),
        ("  场景大纲", '    当 检查条款：\n    """\n    a: 1\n  场景大纲', '第 17 行的三引号（"""）没有收尾'),
        (
            "| 0.02 | 0.01 | 0.01 |\n",
            '| 0.02 | 0.01 | 0.01 |\n  场景: 末\n    当 检查条款：\n      """\n',
            "第 29 行的三引号",
        ),
        ("  场景大纲", "  场景: 空\n\n  场景大纲", "第 16 行的场景“空”没有“那么”，什么也没有检验"),
        ("    那么 2026", "    当 2026-03 结账\n  场景: 又\n    那么 2026", "第 9 行的场景“除不尽的一分”没有“那么”"),
        ("入库 <金额> 元", "入库 <金額> 元", "第 17 行的“<金額>”不在例子的列里"),
        ("  场景:", "  @skip\n  场景:", "第 10 行的场景“除不尽的一分”的标签会使它跳过"),
    ],
)
def test_what_would_be_misread_is_named_by_its_line(own: Path, before: str, after: str, fault: str) -> None:
    (found,) = changed(own, before, after)

    assert found.startswith(fault)


def test_the_failing_example_of_an_outline_is_named(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed(own, "| 0.02 | 0.01 | 0.01 |", "| 0.02 | 0.00 | 0.02 |")

    _, printed = run(capsys, "feature", "run", str(own))

    assert "未通过  小额（金额 0.02、甲 0.00、乙 0.02）" in printed
    assert "通过  小额（金额 0.01、甲 0.00、乙 0.01）" in printed


def test_a_folder_and_a_missing_file_are_named(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = own.with_name("没有.feature")

    assert f"“{own.parent}”是文件夹" in run(capsys, "feature", "run", str(own.parent))[1]
    assert f"找不到文件“{missing}”" in run(capsys, "feature", "run", str(missing))[1]


def test_a_file_saved_with_a_byte_order_mark_runs(own: Path) -> None:
    own.write_text(SOUND, encoding="utf-8-sig")

    assert faults(own) == []
    assert [outcome.passed for outcome in run_file(own)] == [True, True, True]
