# language: zh-CN
功能: 各方出资成基金，按指数分，只付净额
  夏洛茨维尔市与阿尔伯马尔县（美国弗吉尼亚州）1982 年收入分享协议及 1983 年算例：各按应税价值的 0.37% 出资，基金按人口份额与税率份额的
  平均数分配，每年 1 月 31 日只付净额，付方所付不超过其应税价值的 0.1%。人口、税率、应税价值（651,387,930 与 1,229,123,396 美元）取自公开的 1983 年算例；
  出资和付款上限由应税价值乘出，四舍五入到分后记入。一分即一美分。公开算例的指数取四位小数，县出资与应税价值乘出的数差约二美元，系出处笔误。

  @O08
  场景: 指数不取整
    假如 试算条款为：
      """
      title: 夏洛茨维尔—阿尔伯马尔收入分享
      edition: 2
      parties: {city: {name: 夏洛茨维尔市}, county: {name: 阿尔伯马尔县}}
      from: 1983-01-01
      to: open
      rate_date: entry_date
      refunds: as_original
      negatives: immediate
      rounding: {level: running}
      settle: {every: year, through: cash, at_most: {county: "1229123.40"}}
      pools:
        基金:
          share: receipts
          waterfall:
            - name: 指数
              split: {by: factors, factors: {population: 1, tax_rate: 1}, decimals: exact}
      """
    并且 双方认定的事实为：
      """
      facts:
        - {weights: population, from: 1983-01-01, to: 1983-12-31, values: {city: 39916, county: 55783}, source: 协议附例}
        - {weights: tax_rate, from: 1983-01-01, to: 1983-12-31, values: {city: "0.91510", county: "0.49848"}, source: 协议附例}
      """
    当 按年试算入库明细：
      | 税票号码 | 入库日期   | 征收方       | 实缴金额   |
      | 市缴基金 | 1983-01-31 | 夏洛茨维尔市 | 2410135.34 |
      | 县缴基金 | 1983-01-31 | 阿尔伯马尔县 | 4547756.57 |
    那么 1983-01-31 步骤 "指数" 的份额为：
      | 县           | 份额                   |
      | 夏洛茨维尔市 | 7199930709/13527819242 |
      | 阿尔伯马尔县 | 6327888533/13527819242 |
    并且 合计应得为：
      |      | 夏洛茨维尔市 | 阿尔伯马尔县 |
      | 合计 | 3703208.83   | 3254683.08   |
    并且 由 "阿尔伯马尔县" 净付给 "夏洛茨维尔市" 1293073.49 元
    并且 实付为：
      | 县           | 实收        |
      | 夏洛茨维尔市 | 1229123.40  |
      | 阿尔伯马尔县 | -1229123.40 |

  @O08
  场景: 指数取四位小数
    假如 试算条款为：
      """
      title: 夏洛茨维尔—阿尔伯马尔收入分享
      edition: 2
      parties: {city: {name: 夏洛茨维尔市}, county: {name: 阿尔伯马尔县}}
      from: 1983-01-01
      to: open
      rate_date: entry_date
      refunds: as_original
      negatives: immediate
      rounding: {level: running}
      settle: {every: year, through: cash, at_most: {county: "1229123.40"}}
      pools:
        基金:
          share: receipts
          waterfall:
            - name: 指数
              split: {by: factors, factors: {population: 1, tax_rate: 1}, decimals: 4}
      """
    并且 双方认定的事实为：
      """
      facts:
        - {weights: population, from: 1983-01-01, to: 1983-12-31, values: {city: 39916, county: 55783}, source: 协议附例}
        - {weights: tax_rate, from: 1983-01-01, to: 1983-12-31, values: {city: "0.91510", county: "0.49848"}, source: 协议附例}
      """
    当 按年试算入库明细：
      | 税票号码 | 入库日期   | 征收方       | 实缴金额   |
      | 市缴基金 | 1983-01-31 | 夏洛茨维尔市 | 2410135.34 |
      | 县缴基金 | 1983-01-31 | 阿尔伯马尔县 | 4547756.57 |
    那么 1983-01-31 步骤 "指数" 的份额为：
      | 县           | 份额      |
      | 夏洛茨维尔市 | 2661/5000 |
      | 阿尔伯马尔县 | 2339/5000 |
    并且 合计应得为：
      |      | 夏洛茨维尔市 | 阿尔伯马尔县 |
      | 合计 | 3702990.07   | 3254901.84   |
    并且 由 "阿尔伯马尔县" 净付给 "夏洛茨维尔市" 1292854.73 元
    并且 实付为：
      | 县           | 实收        |
      | 夏洛茨维尔市 | 1229123.40  |
      | 阿尔伯马尔县 | -1229123.40 |

  @O08
  场景: 照公开算例的出资和指数 0.5323 计算，净额与公布的 1,293,552 美元相符
    假如 试算条款为：
      """
      title: 夏洛茨维尔—阿尔伯马尔收入分享（公开算例）
      edition: 2
      parties: {city: {name: 夏洛茨维尔市}, county: {name: 阿尔伯马尔县}}
      from: 1983-01-01
      to: open
      rate_date: entry_date
      refunds: as_original
      negatives: immediate
      rounding: {level: running}
      settle: {every: year, through: cash}
      pools:
        基金: {share: receipts, waterfall: [{name: 指数, split: {by: 指数}}]}
      """
    并且 双方认定的事实为：
      """
      facts:
        - {weights: 指数, from: 1983-01-01, to: 1983-12-31, values: {city: "0.5323", county: "0.4677"}, source: 协议附例}
      """
    当 按年试算入库明细：
      | 税票号码 | 入库日期   | 征收方       | 实缴金额   |
      | 市缴基金 | 1983-01-31 | 夏洛茨维尔市 | 2410135.00 |
      | 县缴基金 | 1983-01-31 | 阿尔伯马尔县 | 4547759.00 |
    那么 合计应得为：
      |      | 夏洛茨维尔市 | 阿尔伯马尔县 |
      | 合计 | 3703686.98   | 3254207.02   |
    并且 由 "阿尔伯马尔县" 净付给 "夏洛茨维尔市" 1293551.98 元

  @O08
  场景: 出资和付款上限由程序按认定的评估值算出
    假如 试算条款为：
      """
      title: 夏洛茨维尔—阿尔伯马尔收入分享（出资由评估值算出）
      edition: 2
      parties: {city: {name: 夏洛茨维尔市}, county: {name: 阿尔伯马尔县}}
      from: 1983-01-01
      to: open
      rate_date: entry_date
      refunds: as_original
      negatives: immediate
      rounding: {level: running}
      settle: {every: year, through: cash, at_most: {county: {take: "0.1%", of: 县评估值}}}
      pools:
        基金:
          share: transfer
          transfer:
            - {from: city, amount: {take: "0.37%", of: 市评估值}, yearly: "01-31"}
            - {from: county, amount: {take: "0.37%", of: 县评估值}, yearly: "01-31"}
          waterfall:
            - name: 指数
              split: {by: factors, factors: {population: 1, tax_rate: 1}, decimals: exact}
      """
    并且 双方认定的事实为：
      """
      facts:
        - {amount: 市评估值, from: 1983-01-01, to: 1983-12-31, value: "651387930.00", source: 协议附例}
        - {amount: 县评估值, from: 1983-01-01, to: 1983-12-31, value: "1229123396.00", source: 协议附例}
        - {weights: population, from: 1983-01-01, to: 1983-12-31, values: {city: 39916, county: 55783}, source: 协议附例}
        - {weights: tax_rate, from: 1983-01-01, to: 1983-12-31, values: {city: "0.91510", county: "0.49848"}, source: 协议附例}
      """
    当 按年试算入库明细：
      | 税票号码     | 入库日期   | 征收方       | 实缴金额 |
      | 不在基金之列 | 1983-01-31 | 夏洛茨维尔市 | 1.00     |
    那么 合计应得为：
      |      | 夏洛茨维尔市 | 阿尔伯马尔县 |
      | 合计 | 1293073.49   | -1293073.49  |
    并且 由 "阿尔伯马尔县" 净付给 "夏洛茨维尔市" 1293073.49 元
    并且 实付为：
      | 县           | 实收        |
      | 夏洛茨维尔市 | 1229123.40  |
      | 阿尔伯马尔县 | -1229123.40 |
