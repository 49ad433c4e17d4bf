import { assetTables } from './asset-tables.ts'
import { profileTables, quickIndexes, serviceTables, upgradeTables } from './schema-service.ts'

// The tables of the sandbox. Times are milliseconds of the sandbox's own clock unless a name says otherwise.
const tables = `
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

CREATE TABLE corps (
  corp_id TEXT PRIMARY KEY, name TEXT NOT NULL, position INTEGER NOT NULL, created_at INTEGER NOT NULL,
  callback TEXT, callback_verified_at INTEGER
) STRICT;

-- One row per secret: a self-built app, the old customer-contact secret, the directory-sync secret.
CREATE TABLE agents (
  corp_id TEXT NOT NULL, agent_id INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, secret TEXT NOT NULL,
  permissions TEXT NOT NULL, visible_users TEXT NOT NULL, visible_parties TEXT NOT NULL, trusted_ips TEXT NOT NULL DEFAULT '[]',
  trusted_domain TEXT NOT NULL DEFAULT '', PRIMARY KEY (corp_id, agent_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX agents_secret ON agents (corp_id, secret);

CREATE TABLE tokens (
  token TEXT PRIMARY KEY, corp_id TEXT NOT NULL, agent_id INTEGER NOT NULL, kind TEXT NOT NULL, expires_at INTEGER NOT NULL, revoked INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX tokens_owner ON tokens (corp_id, agent_id, kind, expires_at);

CREATE TABLE departments (
  corp_id TEXT NOT NULL, id INTEGER NOT NULL, name TEXT NOT NULL, name_en TEXT NOT NULL DEFAULT '', parentid INTEGER NOT NULL,
  ord INTEGER NOT NULL, leaders TEXT NOT NULL DEFAULT '[]', PRIMARY KEY (corp_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE employees (
  corp_id TEXT NOT NULL, userid TEXT NOT NULL, name TEXT NOT NULL, alias TEXT NOT NULL DEFAULT '', position TEXT NOT NULL DEFAULT '',
  mobile TEXT NOT NULL DEFAULT '', email TEXT NOT NULL DEFAULT '', gender INTEGER NOT NULL DEFAULT 0, departments TEXT NOT NULL,
  orders TEXT NOT NULL, leads TEXT NOT NULL, direct_leader TEXT NOT NULL DEFAULT '[]', main_department INTEGER NOT NULL, telephone TEXT NOT NULL DEFAULT '',
  status INTEGER NOT NULL DEFAULT 1, open_userid TEXT NOT NULL, openid TEXT NOT NULL, contact INTEGER NOT NULL DEFAULT 1, admin_welcome INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL, left_at INTEGER, PRIMARY KEY (corp_id, userid)
) STRICT, WITHOUT ROWID;

-- The same person has another external_userid in each corp; person ties them together for the phone.
CREATE TABLE customers (
  external_userid TEXT PRIMARY KEY, corp_id TEXT NOT NULL, person TEXT NOT NULL, name TEXT NOT NULL, type INTEGER NOT NULL DEFAULT 1,
  gender INTEGER NOT NULL DEFAULT 0, unionid TEXT NOT NULL, openid TEXT NOT NULL, position TEXT NOT NULL DEFAULT '', corp_name TEXT NOT NULL DEFAULT '',
  corp_full_name TEXT NOT NULL DEFAULT '', created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX customers_corp ON customers (corp_id, created_at);
CREATE UNIQUE INDEX customers_person ON customers (corp_id, person);
CREATE INDEX customers_unionid ON customers (corp_id, unionid);

-- A friendship has two sides that end separately: the member's (what the API sees) and the customer's (what the phone sees).
CREATE TABLE follows (
  id INTEGER PRIMARY KEY, corp_id TEXT NOT NULL, userid TEXT NOT NULL, external_userid TEXT NOT NULL,
  member_side INTEGER NOT NULL, customer_side INTEGER NOT NULL, request TEXT,
  remark TEXT NOT NULL DEFAULT '', description TEXT NOT NULL DEFAULT '', remark_corp_name TEXT NOT NULL DEFAULT '', remark_mobiles TEXT NOT NULL DEFAULT '[]',
  remark_pic TEXT NOT NULL DEFAULT '', personal_tags TEXT NOT NULL DEFAULT '[]', add_way INTEGER NOT NULL DEFAULT 0, oper_userid TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL DEFAULT '', welcomed_at INTEGER, created_at INTEGER NOT NULL, UNIQUE (corp_id, userid, external_userid)
) STRICT;
CREATE INDEX follows_customer ON follows (external_userid);
CREATE INDEX follows_corp ON follows (corp_id, id);

CREATE TABLE tag_groups (
  corp_id TEXT NOT NULL, group_id TEXT NOT NULL, name TEXT NOT NULL, created_at INTEGER NOT NULL, ord INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0,
  agent_id INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (corp_id, group_id)
) STRICT;
CREATE TABLE tags (
  corp_id TEXT NOT NULL, tag_id TEXT NOT NULL, group_id TEXT NOT NULL, name TEXT NOT NULL, created_at INTEGER NOT NULL, ord INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (corp_id, tag_id)
) STRICT;
CREATE INDEX tags_group ON tags (corp_id, group_id);
CREATE TABLE follow_tags (follow_id INTEGER NOT NULL REFERENCES follows (id) ON DELETE CASCADE, tag_id TEXT NOT NULL, PRIMARY KEY (follow_id, tag_id)) STRICT, WITHOUT ROWID;
CREATE INDEX follow_tags_tag ON follow_tags (tag_id);

CREATE TABLE contact_ways (
  id INTEGER PRIMARY KEY, corp_id TEXT NOT NULL, config_id TEXT NOT NULL UNIQUE, agent_id INTEGER NOT NULL, body TEXT NOT NULL, is_temp INTEGER NOT NULL,
  created_at INTEGER NOT NULL, used_at INTEGER, deleted INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX contact_ways_corp ON contact_ways (corp_id, id);
CREATE TABLE temp_chats (
  id INTEGER PRIMARY KEY, corp_id TEXT NOT NULL, userid TEXT NOT NULL, external_userid TEXT NOT NULL, config_id TEXT NOT NULL, started_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL, closed_at INTEGER
) STRICT;

CREATE TABLE welcome_codes (
  code TEXT PRIMARY KEY, corp_id TEXT NOT NULL, follow_id INTEGER NOT NULL, issued_at INTEGER NOT NULL, expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE media (
  media_id TEXT PRIMARY KEY, corp_id TEXT NOT NULL, type TEXT NOT NULL, scene TEXT NOT NULL, file_name TEXT NOT NULL, content_type TEXT NOT NULL, size INTEGER NOT NULL,
  created_at INTEGER NOT NULL, expires_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX media_scene ON media (corp_id, scene, created_at);

-- What the phones show. external_userid is empty in talks between an app and an employee.
CREATE TABLE messages (
  id INTEGER PRIMARY KEY, corp_id TEXT NOT NULL, userid TEXT NOT NULL, external_userid TEXT NOT NULL DEFAULT '', agent_id INTEGER NOT NULL DEFAULT 0,
  sender TEXT NOT NULL, source TEXT NOT NULL, kind TEXT NOT NULL, content TEXT NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE INDEX messages_customer ON messages (external_userid, id);
CREATE INDEX messages_employee ON messages (corp_id, userid, id);

CREATE TABLE oauth_codes (
  code TEXT PRIMARY KEY, corp_id TEXT NOT NULL, agent_id INTEGER NOT NULL, userid TEXT NOT NULL, external_userid TEXT NOT NULL DEFAULT '', scope TEXT NOT NULL,
  kind TEXT NOT NULL, expires_at INTEGER NOT NULL, used INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- Callback times are real milliseconds: moving the sandbox clock must not hurry a retry.
CREATE TABLE callbacks (
  id INTEGER PRIMARY KEY, corp_id TEXT NOT NULL, lane TEXT NOT NULL, agent_id INTEGER NOT NULL, name TEXT NOT NULL, xml TEXT NOT NULL,
  state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL, due_at INTEGER NOT NULL, finished_at INTEGER, answer TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX callbacks_due ON callbacks (state, due_at);

CREATE TABLE requests (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, corp_id TEXT NOT NULL, agent_id INTEGER NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL, status INTEGER NOT NULL,
  errcode INTEGER NOT NULL, ms REAL NOT NULL, ip TEXT NOT NULL, request TEXT NOT NULL, response TEXT NOT NULL
) STRICT;
CREATE INDEX requests_path ON requests (path, id);
`

/** Only ever grows: a folder of an older version is brought up step by step. */
export const schemaSteps: string[] = [
  tables,
  `CREATE INDEX callbacks_lanes ON callbacks (corp_id, lane, id) WHERE state = 'waiting';
   CREATE INDEX follows_member ON follows (corp_id, userid, id);`,
  `-- Customer groups. heir: the new owner while a leaver's group is being handed over.
   CREATE TABLE group_chats (
     id INTEGER PRIMARY KEY, corp_id TEXT NOT NULL, chat_id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, owner TEXT NOT NULL, admins TEXT NOT NULL DEFAULT '[]',
     notice TEXT NOT NULL DEFAULT '', opengid TEXT NOT NULL UNIQUE, code TEXT NOT NULL UNIQUE, member_version TEXT NOT NULL, template_id TEXT NOT NULL DEFAULT '',
     created_at INTEGER NOT NULL, dismissed_at INTEGER, handed_over_at TEXT NOT NULL DEFAULT '[]', heir TEXT, heir_at INTEGER, inherited_at INTEGER
   ) STRICT;
   CREATE INDEX group_chats_corp ON group_chats (corp_id, id);
   CREATE INDEX group_chats_owner ON group_chats (corp_id, owner, id);
   CREATE INDEX group_chats_heirs ON group_chats (heir_at) WHERE heir IS NOT NULL;

   -- Whoever left stays as a row with left_at: statistics of past days need them.
   CREATE TABLE group_members (
     id INTEGER PRIMARY KEY, chat_id TEXT NOT NULL, member TEXT NOT NULL, type INTEGER NOT NULL, join_scene INTEGER NOT NULL, state TEXT NOT NULL DEFAULT '',
     invitor TEXT NOT NULL DEFAULT '', nickname TEXT NOT NULL DEFAULT '', joined_at INTEGER NOT NULL, left_at INTEGER
   ) STRICT;
   CREATE UNIQUE INDEX group_members_now ON group_members (chat_id, member) WHERE left_at IS NULL;
   CREATE INDEX group_members_member ON group_members (member) WHERE left_at IS NULL;
   CREATE INDEX group_members_chat ON group_members (chat_id, joined_at);

   CREATE TABLE group_messages (
     id INTEGER PRIMARY KEY, chat_id TEXT NOT NULL, sender TEXT NOT NULL, source TEXT NOT NULL, kind TEXT NOT NULL, content TEXT NOT NULL, at INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX group_messages_chat ON group_messages (chat_id, id);
   CREATE INDEX group_messages_at ON group_messages (at);

   CREATE TABLE join_ways (
     id INTEGER PRIMARY KEY, corp_id TEXT NOT NULL, config_id TEXT NOT NULL UNIQUE, body TEXT NOT NULL, created_at INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0
   ) STRICT;
   CREATE INDEX join_ways_corp ON join_ways (corp_id, id);

   CREATE TABLE group_templates (
     id INTEGER PRIMARY KEY, corp_id TEXT NOT NULL, template_id TEXT NOT NULL UNIQUE, agent_id INTEGER NOT NULL, body TEXT NOT NULL, created_at INTEGER NOT NULL,
     deleted INTEGER NOT NULL DEFAULT 0
   ) STRICT;
   CREATE INDEX group_templates_corp ON group_templates (corp_id, id);`,
  assetTables,
  `-- Mass messages: one row for the message, one for each member who confirms it, one for each customer or group.
   CREATE TABLE mass_messages (
     id INTEGER PRIMARY KEY, corp_id TEXT NOT NULL, msgid TEXT NOT NULL UNIQUE, agent_id INTEGER NOT NULL, chat_type TEXT NOT NULL, creator TEXT,
     allow_select INTEGER NOT NULL, body TEXT NOT NULL, created_at INTEGER NOT NULL, cancelled_at INTEGER, reminded_at TEXT NOT NULL DEFAULT '[]'
   ) STRICT;
   CREATE INDEX mass_messages_corp ON mass_messages (corp_id, chat_type, created_at);
   CREATE TABLE mass_tasks (
     id INTEGER PRIMARY KEY, mass_id INTEGER NOT NULL, corp_id TEXT NOT NULL, userid TEXT NOT NULL, sent_at INTEGER, ignored_at INTEGER
   ) STRICT;
   CREATE INDEX mass_tasks_mass ON mass_tasks (mass_id, id);
   CREATE INDEX mass_tasks_member ON mass_tasks (corp_id, userid) WHERE sent_at IS NULL;
   CREATE TABLE mass_results (
     id INTEGER PRIMARY KEY, mass_id INTEGER NOT NULL, userid TEXT NOT NULL, target TEXT NOT NULL, status INTEGER NOT NULL DEFAULT 0, sent_at INTEGER
   ) STRICT;
   CREATE INDEX mass_results_task ON mass_results (mass_id, userid, id);
   CREATE INDEX mass_results_target ON mass_results (target, sent_at) WHERE sent_at IS NOT NULL;

   -- Moments. A job becomes a moment; views are whom a member's publication was meant for, seen or not.
   CREATE TABLE moment_jobs (
     id INTEGER PRIMARY KEY, corp_id TEXT NOT NULL, jobid TEXT NOT NULL UNIQUE, body TEXT NOT NULL, created_at INTEGER NOT NULL, moment_id TEXT
   ) STRICT;
   CREATE INDEX moment_jobs_open ON moment_jobs (created_at) WHERE moment_id IS NULL;
   CREATE INDEX moment_jobs_corp ON moment_jobs (corp_id, created_at);
   CREATE TABLE moments (
     id INTEGER PRIMARY KEY, corp_id TEXT NOT NULL, moment_id TEXT NOT NULL UNIQUE, creator TEXT, visible_type INTEGER NOT NULL, tags TEXT NOT NULL DEFAULT '[]',
     body TEXT NOT NULL, created_at INTEGER NOT NULL, cancelled_at INTEGER, deleted_at INTEGER
   ) STRICT;
   CREATE INDEX moments_corp ON moments (corp_id, created_at);
   CREATE TABLE moment_tasks (
     id INTEGER PRIMARY KEY, moment_id TEXT NOT NULL, corp_id TEXT NOT NULL, userid TEXT NOT NULL, published_at INTEGER, ignored_at INTEGER,
     UNIQUE (moment_id, userid)
   ) STRICT;
   CREATE INDEX moment_tasks_member ON moment_tasks (corp_id, userid, id);
   CREATE TABLE moment_views (
     moment_id TEXT NOT NULL, userid TEXT NOT NULL, follow_id INTEGER NOT NULL, external_userid TEXT NOT NULL, visible INTEGER NOT NULL,
     PRIMARY KEY (moment_id, userid, follow_id)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX moment_views_customer ON moment_views (external_userid);
   CREATE TABLE moment_reactions (
     id INTEGER PRIMARY KEY, moment_id TEXT NOT NULL, userid TEXT NOT NULL, kind TEXT NOT NULL, author TEXT NOT NULL, text TEXT NOT NULL DEFAULT '', at INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX moment_reactions_post ON moment_reactions (moment_id, userid, id);`,
  serviceTables,
  `ALTER TABLE agents ADD COLUMN closed TEXT NOT NULL DEFAULT '[]';`,
  upgradeTables,
  profileTables,
  quickIndexes,
]
