# language: zh-CN
功能: 协议各方签齐才生效
  平凉市《关于深化全市工业园区管理改革的意见》第八点第一句：制定出台建设投入、税费收入、经济指标分担共享办法。
  条款先检查、再提出、再逐方签署；签齐以前不分一分钱。

  @平凉第八点
  场景: 最后一方签署以前不分
    假如 提出协议，条款为：
      """
      title: 甲乙共建园区税收分享
      edition: 2
      parties: {a: {name: 甲县, role: origin}, b: {name: 乙县, role: host}}
      from: 2026-01-01
      to: 2035-12-31
      rate_date: entry_date
      refunds: as_original
      negatives: immediate
      rounding: {level: running}
      pools:
        税收: {share: receipts, waterfall: [{split: {a: 3, b: 7}}]}
      """
    并且 凭证 "V1" 于 2026-01-05 入库 10.00 元
    当 "甲县" 签署协议
    那么 协议未生效，还缺 "乙县" 签署
    当 2026-01 结账
    并且 "乙县" 签署协议
    那么 协议已生效
    并且 2026-02 的结算单为：
      | 县   | 应得 | 以前期间入库、本期才入账 |
      | 甲县 | 3.00 | 3.00                     |
      | 乙县 | 7.00 | 7.00                     |

  场景: 不是参与方不能签，同一方不能签两次
    假如 "临江飞地园" 的分成协议为：
      | 县   | 比例 |
      | 甲县 | 6    |
      | 乙县 | 4    |
    当 "丙县" 签署协议
    那么 被拒绝，原因是 "not-a-party"
    当 "甲县" 签署协议
    那么 被拒绝，原因是 "already-signed"

  场景: 条款的问题一次列全
    当 检查条款：
      """
      title: 有毛病的条款
      edition: 2
      parties: {a: {name: 甲县}, b: {name: 乙县}}
      from: 2026-01-01
      rate_date: entry_date
      negatives: immediate
      rounding: {level: running}
      pools:
        税收:
          share: receipts
          clause: 第三条
          waterfall:
            - {split: {a: 0.6, c: 4}}
      """
    那么 被拒绝，说明里有 "缺少必写项“to”"
    并且 被拒绝，说明里有 "缺少必写项“refunds”"
    并且 被拒绝，说明里有 "pools.税收.waterfall[0].split.a（第三条）：“0.6”带小数点而没有引号"
    并且 被拒绝，说明里有 "“c”不是本协议的参与方"

  场景: 两份协议不能同时分同样的款项
    假如 "临江飞地园" 的分成协议为：
      | 县   | 比例 |
      | 甲县 | 6    |
      | 乙县 | 4    |
    并且 提出协议，条款为：
      """
      title: 另一份全分的协议
      edition: 2
      parties: {a: {name: 甲县}, c: {name: 丙县}}
      from: 2026-01-01
      to: open
      rate_date: entry_date
      refunds: as_original
      negatives: immediate
      rounding: {level: running}
      pools:
        税收: {share: receipts, waterfall: [{split: {a: 1, c: 1}}]}
      """
    并且 "甲县" 签署协议
    当 "丙县" 签署协议
    那么 被拒绝，原因是 "agreements-overlap"
    并且 协议未生效，还缺 "丙县" 签署
