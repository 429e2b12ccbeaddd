# language: zh-CN
功能: 三方分成
  深汕特别合作区：两市与合作区按 25:25:50 分享地方税收（比例为通常说法，未经证实）。金额为虚构。

  @O09
  场景: 除不尽的一分归余数最大的一方，相同则归排在前面的一方
    假如 试算条款为：
      """
      title: 深汕式三方分成
      edition: 2
      parties:
        sz: {name: 深圳}
        sw: {name: 汕尾}
        zone: {name: 合作区, role: zone}
      from: 2020-01-01
      to: 2040-12-31
      rate_date: entry_date
      refunds: as_original
      negatives: immediate
      rounding: {level: line}
      pools:
        税收:
          share: receipts
          waterfall:
            - {split: {sz: 25, sw: 25, zone: 50}}
      """
    当 按年试算入库明细：
      | 税票号码 | 入库日期   | 实缴金额   |
      | line1    | 2022-03-01 | 1234567.89 |
      | line2    | 2022-03-01 | 0.02       |
      | line3    | 2022-03-01 | 0.03       |
    那么 逐笔应得为：
      | 税票  | 深圳      | 汕尾      | 合作区    |
      | line1 | 308641.97 | 308641.97 | 617283.95 |
      | line2 | 0.01      | 0.00      | 0.01      |
      | line3 | 0.01      | 0.01      | 0.01      |
