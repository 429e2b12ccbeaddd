# language: zh-CN
功能: 企业迁移，迁移前一年的税收作为基数划给迁出区
  《郑州市纳税人迁移规定》第四点：迁移使迁出区减收三百万元以上（含）的，以迁移前一年入库的税收为基数，由迁入区划给迁出区。
  读到的部分没有写每年划还是只划一次、划到何时为止；这里假设每年年末划一次。迁入区当年税收少于基数的，仍照基数划转，不足部分由迁入区自有财力承担。
  企业和数额为虚构。

  @O14
  场景大纲: 逐户看：够三百万的划基数，差一分的不划，当年税收少于基数的照划
    假如 试算条款为：
      """
      title: 郑州式纳税人迁移基数划转
      edition: 2
      parties: {out: {name: 迁出区, role: origin}, in: {name: 迁入区, role: host}}
      from: 2025-01-01
      to: open
      rate_date: entry_date
      refunds: as_original
      negatives: immediate
      rounding: {level: running}
      settle: {every: year, through: year_end_settlement}
      pools:
        当年税收: {share: receipts, waterfall: [{name: 迁入区留用, split: {in: 1}}]}
        基数划转:
          share: transfer
          per: enterprise
          transfer: {from: in, amount: 迁移前一年入库税收, yearly: "12-31", at_least: "3000000.00"}
          waterfall: [{name: 基数, split: {out: 1}}]
      """
    并且 双方认定的事实为：
      """
      facts:
        - {amount: 迁移前一年入库税收, unit: <企业>, value: "<基数>", source: 税务核定}
      """
    当 按年试算入库明细：
      | 税票号码 | 入库日期   | 社会信用代码 | 实缴金额   |
      | V1       | 2025-06-30 | <企业>       | <当年税收> |
    那么 合计应得为：
      |      | 迁出区 | 迁入区   |
      | 合计 | <划转> | <迁入区> |

    例子:
      | 企业 | 基数       | 当年税收   | 划转       | 迁入区      |
      | F1   | 3000000.00 | 5600000.00 | 3000000.00 | 2600000.00  |
      | F2   | 2999999.99 | 4000000.00 | 0.00       | 4000000.00  |
      | F3   | 7250000.50 | 1000000.00 | 7250000.50 | -6250000.50 |

  @O14
  场景: 三户一起，每年年末划一次
    假如 试算条款为：
      """
      title: 郑州式纳税人迁移基数划转
      edition: 2
      parties: {out: {name: 迁出区, role: origin}, in: {name: 迁入区, role: host}}
      from: 2025-01-01
      to: open
      rate_date: entry_date
      refunds: as_original
      negatives: immediate
      rounding: {level: running}
      settle: {every: year, through: year_end_settlement}
      pools:
        当年税收: {share: receipts, waterfall: [{name: 迁入区留用, split: {in: 1}}]}
        基数划转:
          share: transfer
          per: enterprise
          transfer: {from: in, amount: 迁移前一年入库税收, yearly: "12-31", at_least: "3000000.00"}
          waterfall: [{name: 基数, split: {out: 1}}]
      """
    并且 双方认定的事实为：
      """
      facts:
        - {amount: 迁移前一年入库税收, unit: F1, value: "3000000.00", source: 税务核定}
        - {amount: 迁移前一年入库税收, unit: F2, value: "2999999.99", source: 税务核定}
        - {amount: 迁移前一年入库税收, unit: F3, value: "7250000.50", source: 税务核定}
      """
    当 按年试算入库明细：
      | 税票号码 | 入库日期   | 社会信用代码 | 实缴金额   |
      | V1       | 2025-06-30 | F1           | 5600000.00 |
      | V2       | 2025-06-30 | F2           | 4000000.00 |
      | V3       | 2025-06-30 | F3           | 1000000.00 |
      | V4       | 2026-06-30 | F1           | 6000000.00 |
    那么 各期应得为：
      | 期间 | 迁出区      | 迁入区      |
      | 2025 | 10250000.50 | 349999.50   |
      | 2026 | 10250000.50 | -4250000.50 |
    并且 各期步骤 "基数" 分得为：
      | 期间 | 迁出区      |
      | 2025 | 10250000.50 |
      | 2026 | 10250000.50 |
