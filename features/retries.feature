# language: zh-CN
功能: 重复提交：同一个键重发，只办一次；内容不同，拒绝并写明两个指纹
  网络断了，不知道办成没有，重发就是。请求带一个自己起的键（Idempotency-Key），同键同内容的只办一次、答复相同。

  场景: 结账的请求重发，什么也不多出来
    假如 "临江飞地园" 的分成协议为：
      | 县   | 比例 |
      | 甲县 | 6    |
      | 乙县 | 4    |
    并且 凭证 "V1" 于 2026-03-01 入库 100.00 元
    当 以键 "close-2026-03" 结账 2026-03
    那么 没有被拒绝
    并且 账内共有 6 件事项
    当 以键 "close-2026-03" 结账 2026-03
    那么 没有被拒绝
    并且 账内共有 6 件事项
    当 2026-03 结账
    那么 被拒绝，原因是 "period-already-closed"

  场景: 同一个键换了内容，不办，并写明两个指纹
    假如 以键 "proposal-1" 提出协议，条款为：
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
        税收: {share: receipts, waterfall: [{split: {a: 3, b: 7}}]}
      """
    当 以键 "proposal-1" 提出协议，条款为：
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
        税收: {share: receipts, waterfall: [{split: {a: 7, b: 3}}]}
      """
    那么 被拒绝，原因是 "key-reused"
    并且 被拒绝，说明里有 "已用于另一个请求（指纹 "
    并且 被拒绝，说明里有 "这次的内容不同（指纹 "
    并且 账内共有 2 件事项
    当 以键 "proposal-1" 提出协议，条款为：
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
        税收: {share: receipts, waterfall: [{split: {a: 3, b: 7}}]}
      """
    那么 没有被拒绝
    并且 账内共有 2 件事项
