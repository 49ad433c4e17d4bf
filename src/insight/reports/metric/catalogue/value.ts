import type { Metric } from '../definition.ts'
import { part } from './pieces.ts'

/** What the private domain is worth beside money: how close customers are, and how loyal. */
export const valueMetrics: readonly Metric[] = [
  {
    key: 'relationship_score',
    zh: '关系亲密度',
    en: 'Relationship score',
    loop: 'value',
    unit: 'number',
    better: 'more',
    formula: {
      zh: '期末现有好友的关系亲密度（0–100）的平均：对话轮次、回复占比、朋友圈与素材互动、社群互动、好友时长按公布的权重加权',
      en: 'mean of the relationship scores (0–100) of live friends at the end of the period: turns of dialogue, share of answers, content, groups and tenure by declared weights',
    },
    parts: [part('有好友关系的人', 'Friends', { kind: 'score', of: 'relationship' }, { of: 'avg', property: '' })],
  },
  {
    key: 'loyalty_score',
    zh: '忠诚度',
    en: 'Loyalty score',
    loop: 'value',
    unit: 'number',
    better: 'more',
    formula: {
      zh: '期末买过的人的忠诚度（0–100）的平均：复购、按期回购占比、转介绍、NPS、时长按公布的权重加权',
      en: 'mean of the loyalty scores (0–100) of buyers at the end of the period: repurchases, share bought in time, referrals, NPS and tenure by declared weights',
    },
    parts: [part('买过的人', 'Buyers', { kind: 'score', of: 'loyalty' }, { of: 'avg', property: '' })],
  },
]
