# language: zh-CN
功能: 总机构先分一半，其余各分支机构按三因素分摊
  财预〔2012〕40号《跨省市总分机构企业所得税分配及预算管理办法》、国家税务总局公告2012年第57号：百分之五十由各分支机构按上年营业收入 0.35、
  职工薪酬 0.35、资产总额 0.30 三个因素分摊。这里总机构得一半（中央统一收取再分配的百分之二十五不另列）；分两级取整，先总机构，后分支机构。
  甲例的税额和结果为公开算例；乙例为虚构。

  @O07
  场景: 公开算例，一百元税款
    假如 试算条款为：
      """
      title: 总分机构企业所得税分摊（甲例）
      edition: 2
      parties:
        hq: {name: 总机构, role: host}
        branches: {name: 分支机构合计}
        hqdept: {name: 总机构独立部门}
        b1: {name: 分支一}
        b2: {name: 分支二}
      from: 2013-01-01
      to: open
      rate_date: entry_date
      refunds: as_original
      negatives: immediate
      rounding: {level: running}
      settle: {every: year}
      pools:
        总机构: {share: receipts, waterfall: [{name: 对半, split: {hq: 1, branches: 1}}]}
        分支机构:
          share: {due_of: {party: branches, pool: 总机构}}
          waterfall:
            - name: 三因素
              split: {by: factors, factors: {营业收入: "0.35", 职工薪酬: "0.35", 资产总额: "0.30"}, decimals: exact}
      """
    并且 双方认定的事实为：
      """
      facts:
        - {weights: 营业收入, from: 2013-01-01, to: 2013-12-31, values: {hqdept: 100, b1: 50, b2: 100}, source: 上年决算}
        - {weights: 职工薪酬, from: 2013-01-01, to: 2013-12-31, values: {hqdept: 100, b1: 50, b2: 100}, source: 上年决算}
        - {weights: 资产总额, from: 2013-01-01, to: 2013-12-31, values: {hqdept: 100, b1: 50, b2: 100}, source: 上年决算}
      """
    当 按年试算入库明细：
      | 税票号码 | 入库日期   | 实缴金额 |
      | A1       | 2013-04-15 | 100.00   |
    那么 2013-04-15 步骤 "三因素" 的份额为：
      | 县             | 份额 |
      | 总机构独立部门 | 2/5  |
      | 分支一         | 1/5  |
      | 分支二         | 2/5  |
    并且 合计应得为：
      |      | 总机构 | 分支机构合计 | 总机构独立部门 | 分支一 | 分支二 |
      | 合计 | 50.00  | 0.00         | 20.00          | 10.00  | 20.00  |

  @O07
  场景: 除不尽的一分，先归总机构，再归余数最大的分支
    假如 试算条款为：
      """
      title: 总分机构企业所得税分摊（乙例）
      edition: 2
      parties:
        hq: {name: 总机构, role: host}
        branches: {name: 分支机构合计}
        b1: {name: 分支一}
        b2: {name: 分支二}
        b3: {name: 分支三}
      from: 2013-01-01
      to: open
      rate_date: entry_date
      refunds: as_original
      negatives: immediate
      rounding: {level: running}
      settle: {every: year}
      pools:
        总机构: {share: receipts, waterfall: [{name: 对半, split: {hq: 1, branches: 1}}]}
        分支机构:
          share: {due_of: {party: branches, pool: 总机构}}
          waterfall:
            - name: 三因素
              split: {by: factors, factors: {营业收入: "0.35", 职工薪酬: "0.35", 资产总额: "0.30"}, decimals: exact}
      """
    并且 双方认定的事实为：
      """
      facts:
        - {weights: 营业收入, values: {b1: 7000000, b2: 5500000, b3: 1234567}, source: 上年决算}
        - {weights: 职工薪酬, values: {b1: 812345, b2: 1100000, b3: 300000}, source: 上年决算}
        - {weights: 资产总额, values: {b1: 9000001, b2: 3333333, b3: 12000000}, source: 上年决算}
      """
    当 按年试算入库明细：
      | 税票号码 | 入库日期   | 实缴金额   |
      | B1       | 2013-04-15 | 4000000.01 |
    那么 2013-04-15 步骤 "三因素" 的份额为：
      | 县     | 份额                                       |
      | 分支一 | 22068284496288585652/52813069207930863315  |
      | 分支二 | 6823000853041642001/19204752439247586660   |
      | 分支三 | 47926129463111048641/211252276831723453260 |
    并且 合计应得为：
      |      | 总机构     | 分支机构合计 | 分支一    | 分支二    | 分支三    |
      | 合计 | 2000000.01 | 0.00         | 835713.01 | 710553.38 | 453733.61 |

  场景: 上年的数没有认定，分支机构的一半等着，总机构的照分
    假如 试算条款为：
      """
      title: 总分机构企业所得税分摊
      edition: 2
      parties: {hq: {name: 总机构, role: host}, branches: {name: 分支机构合计}, b1: {name: 分支一}, b2: {name: 分支二}}
      from: 2013-01-01
      to: open
      rate_date: entry_date
      refunds: as_original
      negatives: immediate
      rounding: {level: running}
      settle: {every: year}
      pools:
        总机构: {share: receipts, waterfall: [{split: {hq: 1, branches: 1}}]}
        分支机构:
          share: {due_of: {party: branches, pool: 总机构}}
          waterfall:
            - {name: 因素, split: {by: factors, factors: {营业收入: 1}, decimals: exact}}
      """
    当 按年试算入库明细：
      | 税票号码 | 入库日期   | 实缴金额 |
      | A1       | 2013-04-15 | 100.00   |
    那么 合计应得为：
      |      | 总机构 | 分支机构合计 | 分支一 | 分支二 |
      | 合计 | 50.00  | 0.00         | 0.00   | 0.00   |
    并且 待认定、暂不分配 50.00 元
    并且 暂不分配的原因里有 "营业收入"
