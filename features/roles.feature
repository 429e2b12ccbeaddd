# language: zh-CN
功能: 各角色所见：各方只看得到自己的，不是自己的与不存在的一样
  县与县之间有合作也有竞争：一县的分成比例和税源，别的县不该看到。园区办和审计看得到全部；审计只看不办；政策人员写条款、做试算，不看账。
  县名、比例和金额为虚构。

  背景:
    假如 各方已签署协议，条款为：
      """
      title: 甲乙共建园区税收分享
      edition: 2
      parties: {a: {name: 甲县, role: origin}, b: {name: 乙县, role: host}}
      from: 2026-01-01
      to: open
      rate_date: entry_date
      refunds: as_original
      negatives: immediate
      rounding: {level: running}
      pools:
        甲乙: {share: receipts, of: {projects: [项目甲]}, waterfall: [{split: {a: 3, b: 7}}]}
      """
    并且 各方已签署协议，条款为：
      """
      title: 乙丙共建园区税收分享
      edition: 2
      parties: {b: {name: 乙县, role: origin}, c: {name: 丙县, role: host}}
      from: 2026-01-01
      to: open
      rate_date: entry_date
      refunds: as_original
      negatives: immediate
      rounding: {level: running}
      pools:
        乙丙: {share: receipts, of: {projects: [项目丙]}, waterfall: [{split: {b: 1, c: 1}}]}
      """
    并且 入库明细为：
      | 税票号码 | 入库日期   | 项目   | 实缴金额 |
      | V1       | 2026-01-10 | 项目甲 | 100.00   |
      | V2       | 2026-01-11 | 项目丙 | 20.00    |

  场景: 甲县看不见乙、丙两县之间的，乙县两份都看得见，园区办和审计看得见全部
    那么 2026-01 各人看得见的为：
      | 谁          | 协议   | 入库明细 | 结算单                           |
      | 甲县 经办   | A1     | V1       | A1-甲乙-2026-01                  |
      | 甲县 统计   | A1     | V1       | A1-甲乙-2026-01                  |
      | 乙县 负责人 | A1、A2 | V1、V2   | A1-甲乙-2026-01、A2-乙丙-2026-01 |
      | 丙县 复核   | A2     | V2       | A2-乙丙-2026-01                  |
      | 园区办      | A1、A2 | V1、V2   | A1-甲乙-2026-01、A2-乙丙-2026-01 |
      | 审计        | A1、A2 | V1、V2   | A1-甲乙-2026-01、A2-乙丙-2026-01 |
      | 丁县 经办   | （无） | （无）   | （无）                           |
      | 政策        | （无） | （无）   | （无）                           |

  场景大纲: 别人的协议，与没有的协议，回答一样
    假如 以下由 "<谁>" 办理
    当 查看协议 "<协议>"
    那么 被拒绝，原因是 "agreement-unknown"

    例子:
      | 谁          | 协议 |
      | 甲县 负责人 | A2   |
      | 甲县 负责人 | A9   |
      | 丙县 经办   | A1   |
      | 丁县 经办   | A1   |
      | 政策        | A1   |

  场景: 丁县只在草稿里被邀请，看得到草稿，看不到以前的
    当 "乙县" 提出修订，自 2026-02-01 起改为：
      """
      parties: {b: {name: 乙县, role: origin}, d: {name: 丁县}, c: {name: 丙县, role: host}}
      pools:
        乙丙: {share: receipts, of: {projects: [项目丙]}, waterfall: [{split: {b: 1, d: 1, c: 1}}]}
      """
    那么 2026-01 各人看得见的为：
      | 谁        | 协议 | 入库明细 | 结算单          | 事项 |
      | 丁县 经办 | A2   | （无）   | （无）          | 1    |
      | 丙县 经办 | A2   | V2       | A2-乙丙-2026-01 | 4    |

  场景: 审计全都看得见，一件也不能办；县里不能结账
    假如 以下由 "审计" 办理
    当 凭证 "V3" 于 2026-01-12 入库 1.00 元
    那么 被拒绝，原因是 "forbidden"
    当 2026-01 结账
    那么 被拒绝，原因是 "forbidden"
    假如 以下由 "甲县 负责人" 办理
    当 2026-01 结账
    那么 被拒绝，说明里有 "可以做的角色是：园区办"
