# language: zh-CN
功能: 按项目的出资分税，没有出资的不分
  弗吉尼亚州东部区域工业设施管理局（EVRIFA）：成员可以不参加某个项目，承担费用的成员按出资分享该项目的收入。
  出资额和税收为虚构；出资经各方认定以前，款项等着。

  背景:
    假如 试算条款为：
      """
      title: 区域工业设施按出资分税
      edition: 2
      parties: {york: {name: 约克}, hampton: {name: 汉普顿}, poq: {name: 波阔森}, jcc: {name: 詹姆斯城}}
      from: 2024-01-01
      to: open
      rate_date: entry_date
      refunds: as_original
      negatives: immediate
      rounding: {level: running}
      pools:
        税收: {share: receipts, per: project, waterfall: [{name: 按出资, split: {by: contributions}}]}
      """

  @O17
  场景: 一个项目，三方出资，第四方没有出资
    假如 双方认定的事实为：
      """
      facts:
        - {weights: contributions, unit: 项目甲, source: 出资证明,
           values: {york: "1200000.00", hampton: "650000.00", poq: "150000.00", jcc: 0}}
      """
    当 按年试算入库明细：
      | 税票号码 | 入库日期   | 项目   | 实缴金额  |
      | V1       | 2024-06-30 | 项目甲 | 987654.33 |
    那么 合计应得为：
      |      | 约克      | 汉普顿    | 波阔森   | 詹姆斯城 |
      | 合计 | 592592.60 | 320987.66 | 74074.07 | 0.00     |

  场景: 逐个项目各按各的出资
    假如 双方认定的事实为：
      """
      facts:
        - {weights: contributions, unit: 项目甲, values: {york: 3, hampton: 1}, source: 双方认定书}
        - {weights: contributions, unit: 项目乙, values: {jcc: 1}, source: 双方认定书}
      """
    当 按年试算入库明细：
      | 税票号码 | 入库日期   | 项目   | 实缴金额 |
      | V1       | 2024-06-30 | 项目甲 | 100.00   |
      | V2       | 2024-06-30 | 项目乙 | 100.00   |
      | V3       | 2024-06-30 | 项目丙 | 100.00   |
    那么 逐笔应得为：
      | 税票 | 约克  | 汉普顿 | 波阔森 | 詹姆斯城 |
      | V1   | 75.00 | 25.00  | 0.00   | 0.00     |
      | V2   | 0.00  | 0.00   | 0.00   | 100.00   |
      | V3   | 0.00  | 0.00   | 0.00   | 0.00     |
    并且 待认定、暂不分配 100.00 元
    并且 暂不分配的原因里有 "“contributions”（项目丙）"
