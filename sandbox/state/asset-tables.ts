// Tables of what hangs on the relation with customers: handover, acquisition links, product album, words, rule groups.
export const assetTables = `
  -- One row for each time a customer was to go from one member to another. kind: onjob or resigned.
  CREATE TABLE transfers (
    id INTEGER PRIMARY KEY, corp_id TEXT NOT NULL, kind TEXT NOT NULL, handover TEXT NOT NULL, takeover TEXT NOT NULL, external_userid TEXT NOT NULL,
    status TEXT NOT NULL, message TEXT NOT NULL DEFAULT '', created_at INTEGER NOT NULL, due_at INTEGER NOT NULL, ended_at INTEGER
  ) STRICT;
  CREATE INDEX transfers_due ON transfers (due_at) WHERE status = 'waiting';
  CREATE INDEX transfers_pair ON transfers (corp_id, handover, takeover, id);
  CREATE INDEX transfers_customer ON transfers (external_userid, id);
  ALTER TABLE follows ADD COLUMN customer_left_at INTEGER;

  CREATE TABLE acquisition_links (
    id INTEGER PRIMARY KEY, corp_id TEXT NOT NULL, link_id TEXT NOT NULL UNIQUE, agent_id INTEGER NOT NULL, code TEXT NOT NULL UNIQUE, body TEXT NOT NULL,
    created_at INTEGER NOT NULL, unavailable_at INTEGER, deleted INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX acquisition_links_corp ON acquisition_links (corp_id, id);
  CREATE TABLE acquisition_clicks (id INTEGER PRIMARY KEY, link_id TEXT NOT NULL, external_userid TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
  CREATE INDEX acquisition_clicks_link ON acquisition_clicks (link_id, at);
  -- added_at is empty while the member has not accepted.
  CREATE TABLE acquired (
    id INTEGER PRIMARY KEY, link_id TEXT NOT NULL, corp_id TEXT NOT NULL, userid TEXT NOT NULL, external_userid TEXT NOT NULL, state TEXT NOT NULL,
    added_at INTEGER, said INTEGER NOT NULL DEFAULT 0, UNIQUE (corp_id, userid, external_userid)
  ) STRICT;
  CREATE INDEX acquired_link ON acquired (link_id, id);
  -- warned_days: the last "expires soon" that was told.
  CREATE TABLE acquisition_quotas (
    id INTEGER PRIMARY KEY, corp_id TEXT NOT NULL, total INTEGER NOT NULL, balance INTEGER NOT NULL, expires_at INTEGER NOT NULL, warned_days INTEGER
  ) STRICT;
  CREATE INDEX acquisition_quotas_corp ON acquisition_quotas (corp_id, expires_at);
  CREATE TABLE chat_keys (
    chat_key TEXT PRIMARY KEY, acquired_id INTEGER NOT NULL, said INTEGER NOT NULL, expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE products (
    id INTEGER PRIMARY KEY, corp_id TEXT NOT NULL, product_id TEXT NOT NULL UNIQUE, body TEXT NOT NULL, created_at INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX products_corp ON products (corp_id, id);
  CREATE TABLE intercept_rules (
    id INTEGER PRIMARY KEY, corp_id TEXT NOT NULL, rule_id TEXT NOT NULL UNIQUE, body TEXT NOT NULL, created_at INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX intercept_rules_corp ON intercept_rules (corp_id, id);

  -- Numbered within the company, as the real ones are; kind: customer or moment.
  CREATE TABLE strategies (
    id INTEGER PRIMARY KEY, corp_id TEXT NOT NULL, kind TEXT NOT NULL, strategy_id INTEGER NOT NULL, parent_id INTEGER NOT NULL, body TEXT NOT NULL,
    created_at INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, UNIQUE (corp_id, kind, strategy_id)
  ) STRICT;
  -- Tags of a rule group stand beside the corp tags; 0 is a corp tag.
  ALTER TABLE tag_groups ADD COLUMN strategy_id INTEGER NOT NULL DEFAULT 0;`
