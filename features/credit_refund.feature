# language: zh-CN
功能: 留抵退税的地方一半，怎么分担、怎么调库
  增值税留抵退税地方分担机制（2019年9月1日起）：退税由中央负担百分之五十；地方负担的百分之五十中，百分之十五由企业所在地负担，
  百分之三十五由各地按上年增值税份额均摊，先由企业所在省垫付，垫付与应负担的差额按月调库结清。增值税份额和金额为虚构。

  @O15
  场景: 一笔退税一千万元，中央、所在地、均摊各负担多少
    假如 试算条款为：
      """
      title: 一笔留抵退税的负担
      edition: 2
      parties: {central: {name: 中央}, local: {name: 企业所在地}, pool: {name: 地方均摊（所在省垫付）}}
      from: 2019-09-01
      to: open
      rate_date: entry_date
      refunds: as_original
      negatives: immediate
      rounding: {level: line}
      pools:
        退税: {share: receipts, waterfall: [{split: {central: 50, local: 15, pool: 35}}]}
      """
    当 按月试算入库明细：
      | 税票号码 | 入库日期   | 实缴金额     |
      | 退税1    | 2019-10-15 | -10000000.00 |
    那么 逐笔应得为：
      | 税票  | 中央        | 企业所在地  | 地方均摊（所在省垫付） |
      | 退税1 | -5000000.00 | -1500000.00 | -3500000.00            |

  @O15
  场景: 一个月的均摊部分八亿元，本省垫付多了，调库补回
    假如 试算条款为：
      """
      title: 留抵退税均摊部分的调库
      edition: 2
      parties: {own: {name: 本省}, others: {name: 其余各省（经中央调库）}}
      from: 2019-09-01
      to: open
      rate_date: entry_date
      refunds: as_original
      negatives: immediate
      rounding: {level: running}
      settle: {every: month, through: treasury_transfer}
      pools:
        均摊: {share: receipts, waterfall: [{name: 按份额, split: {by: 上年增值税份额}}]}
      """
    并且 双方认定的事实为：
      """
      facts:
        - {weights: 上年增值税份额, from: 2019-09-01, to: 2019-12-31, values: {own: "0.021", others: "0.979"}, source: 财政部核定}
      """
    当 按月试算入库明细：
      | 税票号码 | 入库日期   | 征收方                 | 实缴金额      |
      | 本省垫付 | 2019-10-31 | 本省                   | -21350000.00  |
      | 他省垫付 | 2019-10-31 | 其余各省（经中央调库） | -778650000.00 |
    那么 各期应得为：
      | 期间    | 本省         | 其余各省（经中央调库） |
      | 2019-10 | -16800000.00 | -783200000.00          |
    并且 全部各期合计为：
      | 期间    | 合计          |
      | 2019-10 | -800000000.00 |
    并且 由 "其余各省（经中央调库）" 净付给 "本省" 4550000.00 元
