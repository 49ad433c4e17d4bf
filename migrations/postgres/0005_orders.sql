create table shops (
  tenant_id int not null,
  id int generated always as identity,
  name text not null,
  source text not null default 'webhook',
  -- The webhook's secret, sealed; while it is being changed the one before stays good until its end.
  secret bytea,
  previous_secret bytea,
  previous_secret_until timestamptz,
  created_at timestamptz not null default now(),
  archived_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, name)
);
call protect('shops');

-- Money is integer minor units of the order's currency. shop_id 0: the company's own orders, by hand or from a file that names no shop.
create table orders (
  tenant_id int not null,
  id bigint generated always as identity,
  shop_id int not null default 0,
  order_no text not null,
  source text not null check (source in ('import', 'manual', 'webhook')),
  status text not null check (status in ('unpaid', 'paid', 'shipped', 'received', 'completed', 'closed', 'unknown')),
  raw_status text,
  customer_id int,
  currency text not null,
  ordered_at timestamptz not null,
  paid_at timestamptz,
  shipped_at timestamptz,
  completed_at timestamptz,
  closed_at timestamptz,
  source_updated_at timestamptz,
  -- What the shop says was paid for the whole order, where it says so; otherwise the lines add up.
  stated_paid_minor bigint,
  goods_minor bigint not null default 0,
  discount_minor bigint not null default 0,
  paid_minor bigint not null default 0,
  refunded_minor bigint not null default 0,
  items numeric not null default 0,
  lines int not null default 0,
  employee text,
  channel text,
  coupons text[] not null default '{}',
  region text,
  -- What trade counts: paid, and not merely placed. A closed order counts when it had been paid; its refunds stand against it.
  counted_at timestamptz generated always as (case when status in ('paid', 'shipped', 'received', 'completed', 'closed') then paid_at end) stored,
  -- The amount that order.paid has told so far; null before.
  announced_minor bigint,
  -- Set by a running import: its events wait until the whole file is in, because an order's rows may lie anywhere in it.
  import_id int,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, shop_id, order_no)
);
create index orders_customer on orders (tenant_id, customer_id, counted_at);
create index orders_counted on orders (tenant_id, counted_at);
create index orders_ordered on orders (tenant_id, ordered_at, id);
create index orders_when on orders (tenant_id, coalesce(paid_at, ordered_at), id);
create index orders_paid on orders (tenant_id, paid_minor, id);
create index orders_no on orders (tenant_id, order_no text_pattern_ops);
create index orders_importing on orders (tenant_id, import_id) where import_id is not null;
call protect('orders');

create table order_lines (
  tenant_id int not null,
  order_id bigint not null,
  -- The line's number where the source gives one, else what it says and its ordinal among equal lines.
  line_key text not null,
  line_no text,
  position int not null default 0,
  product_code text not null default '',
  sku_code text not null default '',
  title text not null default '',
  quantity numeric not null,
  unit_price numeric not null,
  amount_minor bigint not null,
  discount_minor bigint not null default 0,
  paid_minor bigint not null,
  primary key (tenant_id, order_id, line_key)
);
create index order_lines_product on order_lines (tenant_id, product_code);
call protect('order_lines');

-- A refund may stand without its order: a credit note of another number space.
create table refunds (
  tenant_id int not null,
  id bigint generated always as identity,
  shop_id int not null default 0,
  refund_no text not null,
  source text not null check (source in ('import', 'manual', 'webhook')),
  order_id bigint,
  customer_id int,
  currency text not null,
  amount_minor bigint not null default 0,
  items numeric not null default 0,
  lines int not null default 0,
  status text not null check (status in ('applied', 'agreed', 'returning', 'success', 'rejected', 'closed')),
  type text not null default 'refund_only' check (type in ('refund_only', 'return_refund', 'exchange')),
  reason text,
  region text,
  applied_at timestamptz not null,
  finished_at timestamptz,
  counted_at timestamptz generated always as (case when status = 'success' then finished_at end) stored,
  announced_minor bigint,
  import_id int,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, shop_id, refund_no)
);
create index refunds_order on refunds (tenant_id, order_id);
create index refunds_customer on refunds (tenant_id, customer_id, counted_at);
create index refunds_counted on refunds (tenant_id, counted_at);
create index refunds_importing on refunds (tenant_id, import_id) where import_id is not null;
call protect('refunds');

create table refund_lines (
  tenant_id int not null,
  refund_id bigint not null,
  line_key text not null,
  line_no text,
  position int not null default 0,
  product_code text not null default '',
  sku_code text not null default '',
  title text not null default '',
  quantity numeric not null,
  unit_price numeric not null,
  amount_minor bigint not null,
  primary key (tenant_id, refund_id, line_key)
);
call protect('refund_lines');

-- The product master's first form: code and title as orders and product files name them.
create table products (
  tenant_id int not null,
  id int generated always as identity,
  code text not null,
  title text not null,
  category text,
  price numeric,
  currency text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, code)
);
call protect('products');
