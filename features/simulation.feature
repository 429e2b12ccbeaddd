# language: zh-CN
功能: 换一份条款，过去的款会怎样分
  谈判时用已有的历史测算另一份条款：各方每年多得多少、少得多少；只是测算，账内什么也不记。参与方、比例和金额为虚构。

  背景:
    假如 各方已签署协议，条款为：
      """
      title: 甲乙合建园区税收分享
      edition: 2
      parties: {a: {name: 甲县, role: origin}, b: {name: 乙县, role: host}}
      from: 2024-01-01
      to: open
      rate_date: entry_date
      refunds: as_original
      negatives: immediate
      rounding: {level: running}
      pools:
        税收: {share: receipts, waterfall: [{name: 六四, split: {a: 6, b: 4}}]}
      """
    并且 凭证 "V1" 于 2024-06-10 入库 100.00 元
    并且 凭证 "V2" 于 2025-06-10 入库 200.00 元
    并且 凭证 "T1" 于 2026-03-10 退库 50.00 元，原税票 "V2"
    并且 2026-03 及以前已结账
    并且 各方签署修订，自 2026-01-01 起改为：
      """
      pools:
        税收: {share: receipts, waterfall: [{name: 六四, split: {a: 5, b: 5}}]}
      """
    并且 凭证 "V3" 于 2026-04-10 入库 100.00 元

  场景: 先给甲县一百五十元，余下对半：每年多得、少得多少，账内不变
    当 用另一份条款测算：
      """
      title: 另一份条款
      edition: 2
      parties: {a: {name: 甲县, role: origin}, b: {name: 乙县, role: host}}
      from: 2024-01-01
      to: open
      rate_date: entry_date
      refunds: as_original
      negatives: immediate
      rounding: {level: running}
      pools:
        税收:
          share: receipts
          waterfall:
            - {name: 先给, until: "150.00", split: {a: 1}}
            - {name: 对半, split: {a: 5, b: 5}}
      """
    那么 各方每年多得或少得为：
      | 年度 | 甲县  | 乙县   |
      | 2024 | 40.00 | -40.00 |
      | 2025 | 5.00  | -5.00  |
      | 2026 | 5.00  | -5.00  |
      | 合计 | 50.00 | -50.00 |
    并且 账内共有 33 件事项
    并且 2026-04 的结算单为：
      | 县   | 应得  |
      | 甲县 | 50.00 |
      | 乙县 | 50.00 |
    并且 账簿核验完好

  场景: 与现行条款一样的，谁也不多得
    当 用另一份条款测算：
      """
      title: 同样的条款
      edition: 2
      parties: {a: {name: 甲县, role: origin}, b: {name: 乙县, role: host}}
      from: 2024-01-01
      to: open
      rate_date: entry_date
      refunds: as_original
      negatives: immediate
      rounding: {level: running}
      pools:
        税收:
          share: receipts
          waterfall:
            - {name: 六四, during: {to: 2025-12-31}, split: {a: 6, b: 4}}
            - {name: 对半, split: {a: 5, b: 5}}
      """
    那么 各方每年多得或少得为：
      | 年度 | 甲县 | 乙县 |
      | 2024 | 0.00 | 0.00 |
      | 2025 | 0.00 | 0.00 |
      | 2026 | 0.00 | 0.00 |
      | 合计 | 0.00 | 0.00 |

  场景: 另一份条款要的事实还没有认定，说明等什么、等多少
    当 用另一份条款测算：
      """
      title: 先收回投入
      edition: 2
      parties: {a: {name: 甲县, role: origin}, b: {name: 乙县, role: host}}
      from: 2024-01-01
      to: open
      rate_date: entry_date
      refunds: as_original
      negatives: immediate
      rounding: {level: running}
      pools:
        税收:
          share: receipts
          waterfall:
            - {name: 收回投入, until: 投入额, split: {a: 1}}
            - {name: 对半, split: {a: 5, b: 5}}
      """
    那么 测算中等待认定的有 "350.00 元"
    并且 测算中等待认定的有 "“投入额”"
    并且 各方每年多得或少得为：
      | 年度 | 甲县    | 乙县    |
      | 2024 | -60.00  | -40.00  |
      | 2025 | -120.00 | -80.00  |
      | 2026 | -20.00  | -30.00  |
      | 合计 | -200.00 | -150.00 |
