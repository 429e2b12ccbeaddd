# language: zh-CN
功能: 比例随协议年度变化
  肃南县飞地经济产业园（2025年6月27日报道）：十年合作，前三年七三分成，五年后四六分成；报道没有说第四、五年怎么分。
  起日、第四五年的五五比例和金额为假设。

  @O03
  场景: 公开的文本有两年空档，不能据此签约
    当 检查条款：
      """
      title: 肃南—张掖飞地园区税收分享
      edition: 2
      parties:
        sunan: {name: 肃南县, role: origin}
        jkq: {name: 张掖经开区, role: host}
      from: 2024-07-01
      to: 2034-06-30
      rate_date: entry_date
      refunds: as_original
      negatives: immediate
      rounding: {level: line}
      pools:
        税收:
          share: receipts
          clause: 分成条款
          otherwise: {jkq: 1}
          waterfall:
            - {split: {sunan: 7, jkq: 3}, during: {years: 1-3}}
            - {split: {sunan: 4, jkq: 6}, during: {years: 6-10}}
      """
    那么 被拒绝，原因是 "windows-gap"
    并且 被拒绝，说明里有 "2027-07-01 至 2029-06-30"
    并且 被拒绝，说明里有 "分成条款"

  @O03
  场景: 补上空档以后逐笔分
    假如 试算条款为：
      """
      title: 肃南—张掖飞地园区税收分享
      edition: 2
      parties:
        sunan: {name: 肃南县, role: origin}
        jkq: {name: 张掖经开区, role: host}
      from: 2024-07-01
      to: 2034-06-30
      rate_date: entry_date
      refunds: as_original
      negatives: immediate
      rounding: {level: line}
      pools:
        税收:
          share: receipts
          clause: 分成条款
          otherwise: {jkq: 1}
          waterfall:
            - {split: {sunan: 7, jkq: 3}, during: {years: 1-3}}
            - {split: {sunan: 5, jkq: 5}, during: {years: 4-5}}
            - {split: {sunan: 4, jkq: 6}, during: {years: 6-10}}
      """
    当 按年试算入库明细：
      | 税票号码 | 入库日期   | 实缴金额   |
      | V1       | 2025-03-12 | 2890000.00 |
      | V2       | 2027-06-30 | 1000000.01 |
      | V3       | 2027-07-01 | 1000000.01 |
      | V4       | 2029-06-30 | 1000000.01 |
      | V5       | 2029-07-01 | 1000000.01 |
      | V6       | 2034-06-30 | 333333.33  |
      | V7       | 2034-07-01 | 333333.33  |
    那么 逐笔应得为：
      | 税票 | 肃南县     | 张掖经开区 |
      | V1   | 2023000.00 | 867000.00  |
      | V2   | 700000.01  | 300000.00  |
      | V3   | 500000.01  | 500000.00  |
      | V4   | 500000.01  | 500000.00  |
      | V5   | 400000.00  | 600000.01  |
      | V6   | 133333.33  | 200000.00  |
      | V7   | 0.00       | 333333.33  |

  场景: 逐条中文写明每一段
    当 解释条款：
      """
      title: 肃南—张掖飞地园区税收分享
      edition: 2
      parties:
        sunan: {name: 肃南县, role: origin}
        jkq: {name: 张掖经开区, role: host}
      from: 2024-07-01
      to: 2034-06-30
      rate_date: entry_date
      refunds: as_original
      negatives: immediate
      rounding: {level: line}
      pools:
        税收:
          share: receipts
          clause: 分成条款
          otherwise: {jkq: 1}
          waterfall:
            - {split: {sunan: 7, jkq: 3}, during: {years: 1-3}}
            - {split: {sunan: 5, jkq: 5}, during: {years: 4-5}}
            - {split: {sunan: 4, jkq: 6}, during: {years: 6-10}}
      """
    那么 条款的说明里有 "2024年7月1日至2027年6月30日的款项，按肃南县 7 : 张掖经开区 3 的比例分"
    并且 条款的说明里有 "2027年7月1日至2029年6月30日的款项，按肃南县 5 : 张掖经开区 5 的比例分"
