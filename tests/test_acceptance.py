"""A policy officer's own feature file: what is wrong is said in Chinese before anything runs."""

import json
from pathlib import Path

import pytest

from api.cli.main import main
from features.phrase_book import phrases
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
        ["通过  除不尽的一分", "通过  小额", "通过  小额", "共 3 个场景，通过 3 个，未通过 0 个。"],
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
