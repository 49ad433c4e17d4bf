/** App messages with their cards, sidebar pages, customer service accounts, the archive. */
export const serviceTables = `
   ALTER TABLE messages ADD COLUMN msgid TEXT NOT NULL DEFAULT '';
   CREATE INDEX messages_msgid ON messages (msgid) WHERE msgid <> '';
   CREATE TABLE app_messages (
     msgid TEXT PRIMARY KEY, corp_id TEXT NOT NULL, agent_id INTEGER NOT NULL, digest TEXT NOT NULL, task_id TEXT NOT NULL DEFAULT '', created_at INTEGER NOT NULL,
     recalled_at INTEGER
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX app_messages_task ON app_messages (corp_id, agent_id, task_id) WHERE task_id <> '';
   CREATE INDEX app_messages_digest ON app_messages (corp_id, agent_id, digest, created_at);
   -- A code that changes a card once; userid is empty where it stands for everybody who got the card.
   CREATE TABLE card_codes (
     code TEXT PRIMARY KEY, msgid TEXT NOT NULL, corp_id TEXT NOT NULL, agent_id INTEGER NOT NULL, userid TEXT NOT NULL DEFAULT '', expires_at INTEGER NOT NULL,
     used_at INTEGER
   ) STRICT, WITHOUT ROWID;

   CREATE TABLE sidebar_pages (
     id INTEGER PRIMARY KEY, corp_id TEXT NOT NULL, agent_id INTEGER NOT NULL, name TEXT NOT NULL, url TEXT NOT NULL
   ) STRICT;

   CREATE TABLE kf_accounts (
     id INTEGER PRIMARY KEY, corp_id TEXT NOT NULL, open_kfid TEXT NOT NULL UNIQUE, name TEXT NOT NULL, media_id TEXT NOT NULL DEFAULT '', created_at INTEGER NOT NULL,
     deleted INTEGER NOT NULL DEFAULT 0
   ) STRICT;
   CREATE TABLE kf_servicers (
     open_kfid TEXT NOT NULL, userid TEXT NOT NULL DEFAULT '', department_id INTEGER NOT NULL DEFAULT 0, status INTEGER NOT NULL DEFAULT 0,
     PRIMARY KEY (open_kfid, userid, department_id)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE kf_ways (code TEXT PRIMARY KEY, open_kfid TEXT NOT NULL, scene TEXT NOT NULL DEFAULT '', created_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
   -- wrote_at: the customer's last message; sent: what was sent since then.
   CREATE TABLE kf_sessions (
     open_kfid TEXT NOT NULL, external_userid TEXT NOT NULL, state INTEGER NOT NULL DEFAULT 0, servicer TEXT NOT NULL DEFAULT '', scene TEXT NOT NULL DEFAULT '',
     scene_param TEXT NOT NULL DEFAULT '', entered_at INTEGER NOT NULL, wrote_at INTEGER, sent INTEGER NOT NULL DEFAULT 0,
     PRIMARY KEY (open_kfid, external_userid)
   ) STRICT, WITHOUT ROWID;
   -- origin 0: sent through the API, which sync_msg does not tell again; 3 customer, 4 system, 5 servicer.
   CREATE TABLE kf_messages (
     id INTEGER PRIMARY KEY, msgid TEXT NOT NULL UNIQUE, corp_id TEXT NOT NULL, open_kfid TEXT NOT NULL, external_userid TEXT NOT NULL, origin INTEGER NOT NULL,
     servicer TEXT NOT NULL DEFAULT '', msgtype TEXT NOT NULL, body TEXT NOT NULL, at INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX kf_messages_account ON kf_messages (open_kfid, id);
   CREATE INDEX kf_messages_customer ON kf_messages (external_userid, open_kfid, id);
   CREATE TABLE kf_codes (
     code TEXT PRIMARY KEY, kind TEXT NOT NULL, corp_id TEXT NOT NULL, open_kfid TEXT NOT NULL, external_userid TEXT NOT NULL DEFAULT '', expires_at INTEGER NOT NULL,
     used_at INTEGER
   ) STRICT, WITHOUT ROWID;

   -- Whose talks are kept, and by which edition: 1 office, 2 service, 3 enterprise.
   CREATE TABLE archive_members (corp_id TEXT NOT NULL, userid TEXT NOT NULL, edition INTEGER NOT NULL, PRIMARY KEY (corp_id, userid)) STRICT, WITHOUT ROWID;
   CREATE TABLE archive_consents (
     corp_id TEXT NOT NULL, userid TEXT NOT NULL, roomid TEXT NOT NULL, external_userid TEXT NOT NULL, status TEXT NOT NULL, changed_at INTEGER NOT NULL,
     PRIMARY KEY (corp_id, userid, roomid, external_userid)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE archive_keys (corp_id TEXT NOT NULL, version INTEGER NOT NULL, public_key TEXT NOT NULL, PRIMARY KEY (corp_id, version)) STRICT, WITHOUT ROWID;
   CREATE TABLE archive_messages (
     corp_id TEXT NOT NULL, seq INTEGER NOT NULL, msgid TEXT NOT NULL, body TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (corp_id, seq)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE inner_groups (
     roomid TEXT PRIMARY KEY, corp_id TEXT NOT NULL, name TEXT NOT NULL, creator TEXT NOT NULL, notice TEXT NOT NULL DEFAULT '', members TEXT NOT NULL,
     created_at INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;

   -- Companies of before get the archive's secret, and their app may serve customers.
   INSERT INTO agents (corp_id, agent_id, kind, name, secret, permissions, visible_users, visible_parties)
     SELECT corp_id, 2000004, 'archive', '会话内容存档', substr(lower(hex(randomblob(32))), 1, 43), '["base","archive"]', '[]', '[1]' FROM corps;
   UPDATE agents SET permissions = json_insert(permissions, '$[#]', 'kf') WHERE kind = 'app';`

/** Customer service that ends in friendship, its figures, files fetched from an address, robots, and the name of every request. */
export const upgradeTables = `
   -- rejected_at: the customer wants no more messages from this account.
   ALTER TABLE kf_sessions ADD COLUMN rejected_at INTEGER;
   -- One row for each conversation: servicer is empty for what the customer began, and names who took it up from then on.
   CREATE TABLE kf_sittings (
     id INTEGER PRIMARY KEY, open_kfid TEXT NOT NULL, external_userid TEXT NOT NULL, servicer TEXT NOT NULL DEFAULT '', began_at INTEGER NOT NULL,
     asked_at INTEGER, replied_at INTEGER, ended_at INTEGER, rating TEXT
   ) STRICT;
   CREATE INDEX kf_sittings_account ON kf_sittings (open_kfid, began_at);
   CREATE INDEX kf_sittings_open ON kf_sittings (open_kfid, external_userid) WHERE ended_at IS NULL;
   CREATE TABLE kf_upgrade_ranges (corp_id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
   -- A member (or a group) recommended to a customer; accepted_at: they are friends now (or the customer is in the group).
   CREATE TABLE kf_upgrades (
     id INTEGER PRIMARY KEY, corp_id TEXT NOT NULL, open_kfid TEXT NOT NULL, external_userid TEXT NOT NULL, servicer TEXT NOT NULL DEFAULT '',
     userid TEXT NOT NULL DEFAULT '', chat_id TEXT NOT NULL DEFAULT '', wording TEXT NOT NULL DEFAULT '', created_at INTEGER NOT NULL,
     cancelled_at INTEGER, accepted_at INTEGER
   ) STRICT;
   CREATE INDEX kf_upgrades_talk ON kf_upgrades (open_kfid, external_userid, id);

   CREATE TABLE media_jobs (
     jobid TEXT PRIMARY KEY, corp_id TEXT NOT NULL, agent_id INTEGER NOT NULL, status INTEGER NOT NULL, answer TEXT NOT NULL DEFAULT '{}', created_at INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE robots (robot_id TEXT PRIMARY KEY, corp_id TEXT NOT NULL, name TEXT NOT NULL, creator TEXT NOT NULL) STRICT, WITHOUT ROWID;

   ALTER TABLE requests ADD COLUMN request_id TEXT NOT NULL DEFAULT '';
   CREATE INDEX requests_request_id ON requests (request_id) WHERE request_id <> '';`

/** What a customer of another company shows about himself, and the channels account somebody came from. */
export const profileTables = `
   ALTER TABLE customers ADD COLUMN attributes TEXT NOT NULL DEFAULT '[]';
   ALTER TABLE follows ADD COLUMN channels TEXT;`

/** Companies of a hundred thousand: what the phones ask for at every step is found without reading everything. */
export const quickIndexes = `
   CREATE INDEX messages_app ON messages (corp_id, userid, id) WHERE external_userid = '';
   CREATE INDEX messages_talk ON messages (corp_id, userid, external_userid, id);
   CREATE INDEX follows_requests ON follows (corp_id, userid, id) WHERE request IS NOT NULL;
   CREATE INDEX follows_live ON follows (corp_id) WHERE member_side = 1 AND request IS NULL;
   CREATE INDEX follows_newest ON follows (corp_id, userid, created_at);
   CREATE INDEX kf_sessions_hand ON kf_sessions (open_kfid, state) WHERE state IN (2, 3);
   CREATE INDEX kf_sessions_customer ON kf_sessions (external_userid);`
